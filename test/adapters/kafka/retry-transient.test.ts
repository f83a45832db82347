import { describe, expect, it } from 'vitest';
import { retryTransient } from '../../../src/adapters/kafka/retry-transient.ts';

const TRANSIENT = new Error('LEADER_NOT_AVAILABLE');
const LATE = new Error('no response');
const limits = (withinMs: number) => ({
  isTransient: (error: unknown) => error === TRANSIENT,
  withinMs,
  timeoutError: () => LATE,
});

describe('a request that is retried while its failure is transient', () => {
  it('resolves with the first response', async () => {
    let tries = 0;
    const request = async () => {
      tries += 1;
      if (tries < 3) throw TRANSIENT;
      return 'response';
    };
    expect(await retryTransient(request, limits(10_000))).toBe('response');
    expect(tries).toBe(3);
  });

  it('rejects with any other error at once', async () => {
    let tries = 0;
    const refusal = new Error('TOPIC_AUTHORIZATION_FAILED');
    const request = async () => {
      tries += 1;
      throw refusal;
    };
    await expect(retryTransient(request, limits(10_000))).rejects.toBe(refusal);
    expect(tries).toBe(1);
  });

  it('rejects with the last transient error at the deadline, and then ends', async () => {
    let tries = 0;
    const request = async () => {
      tries += 1;
      throw TRANSIENT;
    };
    await expect(retryTransient(request, limits(120))).rejects.toBe(TRANSIENT);
    const atDeadline = tries;
    await new Promise((resolve) => setTimeout(resolve, 200));
    // The attempt that was due when the deadline passed is the last one.
    expect(tries).toBeLessThanOrEqual(atDeadline + 1);
  });

  it('rejects at the deadline without a response', async () => {
    await expect(retryTransient(() => new Promise(() => {}), limits(20))).rejects.toBe(LATE);
  });
});
