import { Partitioners } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { translated } from '../../../src/adapters/kafka/errors.ts';

const ADDRESS = 'kafka://127.0.0.1:9092';

/** What comes out of work that throws. */
function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('an error out of kafkajs', () => {
  it('is of the surroundings, also where kafkajs has stumbled and it is of no kind of its own', () => {
    const stumble = thrownBy(() => Partitioners.DefaultPartitioner()(Object.create(null)));
    expect(stumble).toBeInstanceOf(TypeError);
    expect(translated(stumble, ADDRESS)).toMatchObject({ code: 'broker_unavailable', cause: stumble });
  });

  it('is told from a bug of ours', () => {
    const bug = thrownBy(() => Object.create(null).missing());
    expect(translated(bug, ADDRESS)).toBe(bug);
  });
});
