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

const TROUBLED = path.join(ROOT, 'test/support/programs/troubled-worker.js');
const PATIENT_MS = 30_000;

function source(bytes: Uint8Array): PictureSource {
  return { sha256: sha256Of(bytes), format: 'png', read: async () => bytes };
}

/** Pictures that are all different. */
function some(count: number): PictureSource[] {
  return Array.from({ length: count }, (_, index) => source(png([index, 100, 200], { width: 40, height: 30 })));
}

/** A comparator whose workers get into trouble with a picture so many times, and what they have begun and ended. */
function troubled(way: 'exit' | 'hang' | 'memory', times: number, maxTimeMs = PATIENT_MS) {
  const bad = source(png([9, 9, 9]));
  const log = path.join(temporaryFolder(), 'log');
  writeFileSync(log, '');
  vi.stubEnv('TROUBLE', way);
  vi.stubEnv('TROUBLE_WITH', bad.sha256);
  vi.stubEnv('TROUBLE_TIMES', String(times));
  vi.stubEnv('TROUBLE_LOG', log);
  const work = createPixelPool({ workers: 2, maxTimeMs, program: TROUBLED, smallMemory: 0 });
  const lines = () => readFileSync(log, 'utf8').trimEnd().split('\n');
  return { bad, lines, comparator: createComparator({ maxPixels: 10_000, work }) };
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('a worker that dies of a picture', () => {
  it.each(['exit', 'memory'] as const)('by %s is replaced, and the picture is tried once more', async (way) => {
    const { bad, lines, comparator } = troubled(way, 1);
    const facts = await Promise.all([...some(6), bad].map((picture) => comparator.inspect(picture)));
    await comparator.close();
    expect(facts.map(({ verdict }) => verdict)).toEqual(facts.map(() => 'decodes'));
    expect(lines().filter((line) => line === `begin ${bad.sha256}`)).toHaveLength(2);
  });

  it('twice is the picture’s fault, and of no other one', async () => {
    const { bad, lines, comparator } = troubled('exit', 9);
    const facts = await Promise.all([bad, ...some(6)].map((picture) => comparator.inspect(picture)));
    await comparator.close();
    expect(facts[0]).toEqual({
      verdict: 'too_large',
      detail: 'the picture takes more to be decoded than there is: two workers have died of it',
    });
    expect(facts.slice(1).map(({ verdict }) => verdict)).toEqual(facts.slice(1).map(() => 'decodes'));
    expect(lines().filter((line) => line === `begin ${bad.sha256}`)).toHaveLength(2);
  });

  it('has the picture for its second time while nothing else is worked on', async () => {
    const { bad, lines, comparator } = troubled('exit', 2);
    await Promise.all([...some(4), bad, ...some(8)].map((picture) => comparator.inspect(picture)));
    await comparator.close();
    const all = lines();
    const again = all.lastIndexOf(`begin ${bad.sha256}`);
    const open = new Set<string>();
    for (const line of all.slice(0, again)) {
      const [what, which = ''] = line.split(' ');
      if (what === 'begin' && which !== bad.sha256) open.add(which);
      else open.delete(which);
    }
    expect([...open]).toEqual([]);
  });

  it('leaves the comparator able to compare', async () => {
    const { bad, comparator } = troubled('exit', 9);
    await comparator.inspect(bad);
    const [reference, image] = some(2);
    if (reference === undefined || image === undefined) throw new Error('there are two');
    const compared = await comparator.compare(pair(reference, image), l2Above(0));
    await comparator.close();
    expect(compared).toMatchObject({ kind: 'changed', measurement: Math.sqrt(40 * 30) });
  });
});

describe('a worker that does not start', () => {
  it('is no picture’s fault, and says why', async () => {
    const program = path.join(temporaryFolder(), 'gone.js');
    const comparator = createComparator({
      maxPixels: 10_000,
      work: createPixelPool({ workers: 1, maxTimeMs: PATIENT_MS, program, smallMemory: 0 }),
    });
    const [picture] = some(1);
    if (picture === undefined) throw new Error('there is one');
    await expect(comparator.inspect(picture)).rejects.toMatchObject({
      message: 'a worker thread does not start',
      cause: { message: expect.stringContaining('gone.js') },
    });
    await comparator.close();
  });
});

describe('a picture that takes too long', () => {
  it('is given up after the second time, and says which setting that is', async () => {
    const { bad, comparator } = troubled('hang', 9, 2500);
    const facts = await Promise.all([bad, ...some(2)].map((picture) => comparator.inspect(picture)));
    await comparator.close();
    expect(facts[0]).toEqual({
      verdict: 'too_large',
      detail: 'the picture takes longer to be decoded than it may (max_picture_time)',
    });
    expect(facts.slice(1).map(({ verdict }) => verdict)).toEqual(['decodes', 'decodes']);
  });

  it('is decoded after all where it was only held up', async () => {
    const { bad, comparator } = troubled('hang', 1, 2500);
    expect(await comparator.inspect(bad)).toMatchObject({ verdict: 'decodes' });
    await comparator.close();
  });
});

describe('a small picture', () => {
  it('is decoded in this thread: no worker is started for it', async () => {
    const program = path.join(temporaryFolder(), 'gone.js');
    const work = createPixelPool({ workers: 1, maxTimeMs: PATIENT_MS, program });
    const comparator = createComparator({ maxPixels: 1e6, work });
    expect(await comparator.inspect(source(png([1, 2, 3], { width: 350, height: 350 })))).toMatchObject({ width: 350 });
    const large = comparator.inspect(source(png([1, 2, 3], { width: 640, height: 480 })));
    await expect(large).rejects.toThrow('a worker thread does not start');
    await comparator.close();
  });
});

describe('the pixels that workers decode', () => {
  it('lie in the memory that they were given, which all threads see', async () => {
    const [picture] = some(1);
    const work = createPixelPool({ workers: 1, maxTimeMs: PATIENT_MS, smallMemory: 0 });
    const bytes = (await picture?.read()) ?? new Uint8Array();
    const into = new Uint8Array(new SharedArrayBuffer(40 * 30 * 3));
    const task = { kind: 'decode', bytes, format: 'png', limits: { maxPixels: 10_000 }, into } as const;
    const decoded = await work.perform(() => task, 1);
    await work.close();
    if (!('pixels' in decoded)) throw new Error(decoded.verdict.message);
    expect(decoded.pixels).toMatchObject({ width: 40, height: 30 });
    expect(decoded.pixels.data.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect([...into.subarray(0, 6), ...into.subarray(-3)]).toEqual([0, 100, 200, 0, 100, 200, 0, 100, 200]);
  });
});
