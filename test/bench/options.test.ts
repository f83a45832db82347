import { describe, expect, it } from 'vitest';
import { HELP, PARTS, readOptions } from '../../bench/options.ts';
import { readPage, table } from '../docs/pages.ts';

const FOLDER = ['--reference', 'somewhere'];
const flagsIn = (text: string) => [...new Set([...text.matchAll(/--[a-z]+/g)].map(([flag]) => flag))].sort();

describe('the options of the bench', () => {
  it('default to all parts that the broker supports', () => {
    const parts = ['startup', 'rates', 'latency', 'memory', 'viewer'];
    expect(readOptions([])).toMatchObject({ broker: 'embedded', parts, quick: false });
    expect(readOptions(['--broker', 'kafka'])?.parts).toEqual(PARTS.filter((part) => part !== 'reference'));
    expect(readOptions(['--broker', 'kafka', ...FOLDER])?.parts).toEqual(PARTS);
  });

  it('select parts, which are measured in the fixed order', () => {
    const chosen = readOptions(['--broker', 'kafka', '--only', 'scale', '--only', 'latency', ...FOLDER]);
    expect(chosen?.parts).toEqual(['latency', 'scale']);
  });

  it('accept an existing broker, with a default port', () => {
    expect(readOptions(['--broker', 'kafka://somewhere'])?.broker).toBe('kafka://somewhere:9092');
  });

  it.each([
    [['--only', 'speed'], /no such part.*startup, rates/],
    [['--only', 'scale'], /--broker kafka/],
    [['--broker', 'kafka', '--only', 'reference'], /--reference <dir>/],
    [FOLDER, /--broker kafka/],
    [['--broker', 'rabbit'], /rabbit.*embedded, kafka/],
    [['--sideways'], /Unknown option '--sideways'$/],
  ])('are refused: %j', (args, reason) => {
    expect(() => readOptions(args)).toThrow(
      expect.objectContaining({ name: 'UsageError', message: expect.stringMatching(reason) }),
    );
  });

  it('are listed in CONTRIBUTING.md', () => {
    const rows = table(readPage('CONTRIBUTING.md').section('## Scripts'), 'command').filter(([command]) =>
      command?.includes('bench'),
    );
    expect(flagsIn(rows.flat().join(' '))).toEqual(flagsIn(HELP));
  });
});
