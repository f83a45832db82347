import { PassThrough } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { printResults } from '../../src/cli/print-results.ts';

/** Lines of 100 bytes, and how many have been taken. */
function manyLines(count: number) {
  const counted = { taken: 0 };
  async function* lines() {
    for (; counted.taken < count; counted.taken += 1) yield 'x'.repeat(99);
  }
  return { counted, lines: lines() };
}

it('takes no more lines than a slow reader of stdout leaves room for', async () => {
  const { counted, lines } = manyLines(10_000);
  const stdout = new PassThrough({ highWaterMark: 20_000 });
  const printing = printResults(lines, String, { result: (line) => stdout.write(`${line}\n`) }, stdout);
  for (let turn = 0; turn < 100; turn += 1) await nextTurn();
  expect(counted.taken).toBeGreaterThan(100);
  expect(counted.taken).toBeLessThan(1000);
  stdout.resume();
  expect(await printing).toBe(10_000);
  expect(stdout.listenerCount('error') + stdout.listenerCount('drain')).toBeLessThan(2);
});

it('ends early if the reader of stdout goes away', async () => {
  const { counted, lines } = manyLines(10_000);
  const stdout = new PassThrough({ highWaterMark: 1000 });
  stdout.on('error', () => {});
  const printing = printResults(lines, String, { result: (line) => stdout.write(`${line}\n`) }, stdout);
  await nextTurn();
  stdout.destroy(new Error('write EPIPE'));
  expect(await printing).toBeLessThan(300);
  expect(counted.taken).toBeLessThan(300);
});
