import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createComparator } from '../../../../src/adapters/pixels/comparator.ts';
import { createPixelPool } from '../../../../src/adapters/pixels/workers/pixel-pool.ts';
import { sha256Of } from '../../../../src/base/digest.ts';
import type { PictureSource } from '../../../../src/ports/comparator.ts';
import { ROOT } from '../../../support/imgpipe.ts';
import { png } from '../../../support/pictures.ts';
import { l2Above, pair } from '../../../support/samples.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const FAULTY_WORKER = path.join(ROOT, 'test/support/programs/troubled-worker.js');
const LONG_MS = 30_000;

function source(bytes: Uint8Array): PictureSource {
  return { sha256: sha256Of(bytes), format: 'png', read: async () => bytes };
}

/** Distinct pictures. */
function pictures(count: number): PictureSource[] {
  return Array.from({ length: count }, (_, index) => source(png([index, 100, 200], { width: 40, height: 30 })));
}

/** A comparator whose workers fail `times` times on the picture `bad`, and a log of the tasks' starts and ends. */
function faulty(fault: 'exit' | 'hang' | 'memory', times: number, maxTimeMs = LONG_MS) {
  const bad = source(png([9, 9, 9]));
  const log = path.join(temporaryFolder(), 'log');
  writeFileSync(log, '');
  vi.stubEnv('TROUBLE', fault);
  vi.stubEnv('TROUBLE_WITH', bad.sha256);
  vi.stubEnv('TROUBLE_TIMES', String(times));
  vi.stubEnv('TROUBLE_LOG', log);
  const executor = createPixelPool({ workers: 2, maxTimeMs, program: FAULTY_WORKER, inlineMemory: 0 });
  const lines = () => readFileSync(log, 'utf8').trimEnd().split('\n');
  return { bad, lines, comparator: createComparator({ maxPixels: 10_000, executor }) };
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('a worker that crashes on a picture', () => {
  it.each(['exit', 'memory'] as const)('is replaced, and the picture is retried once: %s', async (fault) => {
    const { bad, lines, comparator } = faulty(fault, 1);
    const facts = await Promise.all([...pictures(6), bad].map((picture) => comparator.inspect(picture)));
    await comparator.close();
    expect(facts.map(({ verdict }) => verdict)).toEqual(facts.map(() => 'decodes'));
    expect(lines().filter((line) => line === `begin ${bad.sha256}`)).toHaveLength(2);
  });

  it('makes only that picture fail, after the second crash', async () => {
    const { bad, lines, comparator } = faulty('exit', 9);
    const facts = await Promise.all([bad, ...pictures(6)].map((picture) => comparator.inspect(picture)));
    await comparator.close();
    expect(facts[0]).toEqual({
      verdict: 'too_large',
      detail: 'decoding crashed two workers, probably for lack of memory',
    });
    expect(facts.slice(1).map(({ verdict }) => verdict)).toEqual(facts.slice(1).map(() => 'decodes'));
    expect(lines().filter((line) => line === `begin ${bad.sha256}`)).toHaveLength(2);
  });

  it('retries the picture while no other task runs', async () => {
    const { bad, lines, comparator } = faulty('exit', 2);
    await Promise.all([...pictures(4), bad, ...pictures(8)].map((picture) => comparator.inspect(picture)));
    await comparator.close();
    const all = lines();
    const retry = all.lastIndexOf(`begin ${bad.sha256}`);
    const open = new Set<string>();
    for (const line of all.slice(0, retry)) {
      const [what, which = ''] = line.split(' ');
      if (what === 'begin' && which !== bad.sha256) open.add(which);
      else open.delete(which);
    }
    expect([...open]).toEqual([]);
  });

  it('leaves the comparator usable', async () => {
    const { bad, comparator } = faulty('exit', 9);
    await comparator.inspect(bad);
    const [reference, image] = pictures(2);
    if (reference === undefined || image === undefined) throw new Error('two pictures expected');
    const compared = await comparator.compare(pair(reference, image), l2Above(0));
    await comparator.close();
    expect(compared).toMatchObject({ kind: 'changed', measurement: Math.sqrt(40 * 30) });
  });
});

describe('a worker that fails to start', () => {
  it('is an error with its cause, and not a verdict on a picture', async () => {
    const program = path.join(temporaryFolder(), 'gone.js');
    const comparator = createComparator({
      maxPixels: 10_000,
      executor: createPixelPool({ workers: 1, maxTimeMs: LONG_MS, program, inlineMemory: 0 }),
    });
    const [picture] = pictures(1);
    if (picture === undefined) throw new Error('a picture expected');
    await expect(comparator.inspect(picture)).rejects.toMatchObject({
      message: 'a worker thread failed to start',
      cause: { message: expect.stringContaining('gone.js') },
    });
    await comparator.close();
  });
});

describe('a picture that exceeds the time limit', () => {
  it('fails after the second attempt, and the message names the setting', async () => {
    const { bad, comparator } = faulty('hang', 9, 2500);
    const facts = await Promise.all([bad, ...pictures(2)].map((picture) => comparator.inspect(picture)));
    await comparator.close();
    expect(facts[0]).toEqual({
      verdict: 'too_large',
      detail: 'decoding takes longer than the limit (max_picture_time)',
    });
    expect(facts.slice(1).map(({ verdict }) => verdict)).toEqual(['decodes', 'decodes']);
  });

  it('is decoded in the second attempt', async () => {
    const { bad, comparator } = faulty('hang', 1, 2500);
    expect(await comparator.inspect(bad)).toMatchObject({ verdict: 'decodes' });
    await comparator.close();
  });
});

describe('a small picture', () => {
  it('is decoded on the calling thread, without a worker', async () => {
    const program = path.join(temporaryFolder(), 'gone.js');
    const executor = createPixelPool({ workers: 1, maxTimeMs: LONG_MS, program });
    const comparator = createComparator({ maxPixels: 1e6, executor });
    expect(await comparator.inspect(source(png([1, 2, 3], { width: 350, height: 350 })))).toMatchObject({ width: 350 });
    const large = comparator.inspect(source(png([1, 2, 3], { width: 640, height: 480 })));
    await expect(large).rejects.toThrow('a worker thread failed to start');
    await comparator.close();
  });
});

describe('the pixels that a worker decodes', () => {
  it('are in the shared memory that was provided', async () => {
    const [picture] = pictures(1);
    const executor = createPixelPool({ workers: 1, maxTimeMs: LONG_MS, inlineMemory: 0 });
    const bytes = (await picture?.read()) ?? new Uint8Array();
    const into = new Uint8Array(new SharedArrayBuffer(40 * 30 * 3));
    const task = { kind: 'decode', bytes, format: 'png', options: { maxPixels: 10_000 }, into } as const;
    const decoded = await executor.run(() => task, 1);
    await executor.close();
    if (!('pixels' in decoded)) throw new Error(decoded.verdict.message);
    expect(decoded.pixels).toMatchObject({ width: 40, height: 30 });
    expect(decoded.pixels.data.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect([...into.subarray(0, 6), ...into.subarray(-3)]).toEqual([0, 100, 200, 0, 100, 200, 0, 100, 200]);
  });
});

describe('a picture that is decoded alone', () => {
  const MAX_MEMORY = 1e6;
  const pixels = { width: 1, height: 1, data: new Uint8Array(3) };
  const drawing = {
    kind: 'draw',
    reference: pixels,
    image: pixels,
    mask: undefined,
    maxPixels: 1,
    format: 'jpg',
  } as const;
  const bytes = png([1, 2, 3], { width: 40, height: 30 });
  const decoding = { kind: 'decode', bytes, format: 'png', options: { maxPixels: 10_000 } } as const;

  /** How many threads a pool starts that runs two of these tasks at a time, and then decodes a picture alone; twice. */
  async function threadsFor(task: typeof decoding | typeof drawing): Promise<number> {
    let threads = 0;
    const count = () => {
      threads += 1;
    };
    process.on('worker', count);
    const executor = createPixelPool({ workers: 2, maxTimeMs: LONG_MS, inlineMemory: 0, maxMemory: MAX_MEMORY });
    for (let round = 0; round < 2; round++) {
      await Promise.all([1, 2].map(() => executor.run<typeof task>(() => task, MAX_MEMORY / 2)));
      await executor.run(() => decoding, 2 * MAX_MEMORY);
    }
    await executor.close();
    process.off('worker', count);
    return threads;
  }

  it('leaves a thread alone that only compares and draws', async () => {
    expect(await threadsFor(drawing)).toBe(2);
  });

  it('ends a thread that keeps memory for decoding', async () => {
    expect(await threadsFor(decoding)).toBe(3);
  });
});
