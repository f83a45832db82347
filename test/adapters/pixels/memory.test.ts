import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { needOf } from '../../../src/adapters/pixels/limits.ts';
import { FLAT_KINDS, type FlatKind } from '../../support/flat-pictures.ts';
import { ROOT } from '../../support/imgpipe.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const PROGRAM = path.join(ROOT, 'test/support/programs/measure-memory.js');
const MAX_MEMORY = 150e6;
/** What the code and the data of two threads grow by, and buffers that are not collected yet. */
const OVERHEAD = 80e6;
const PROBE_SIDE = 2000;

/** Two different pictures of a kind that need all but a few percent of the memory. */
function largest({ name, format, make, needsAsMuchAs = make }: FlatKind, maxMemory: number): string[] {
  const needAt = (side: number) => needOf(needsAsMuchAs(side, side, 1), format, { maxPixels: 1e9 }).memory;
  let side = PROBE_SIDE;
  for (let round = 0; round < 3; round++) side = Math.floor(side * Math.sqrt((0.99 * maxMemory) / needAt(side)));
  const need = needAt(side);
  expect(need, name).toBeGreaterThan(0.95 * maxMemory);
  expect(need, name).toBeLessThan(maxMemory);
  const folder = temporaryFolder();
  return [1, 2].map((level) => {
    const file = path.join(folder, `${level}.${format}`);
    writeFileSync(file, make(side, side, level));
    return file;
  });
}

interface Job {
  readonly work: 'compare' | 'inspect' | 'shrink' | 'convert';
  readonly files: readonly string[];
  readonly maxMemory?: number;
  readonly times?: number;
}

async function measured(job: Job): Promise<{ results: string[]; grown: number }> {
  const argument = JSON.stringify({ maxMemory: MAX_MEMORY, times: 3, ...job });
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, argument]);
  return JSON.parse(stdout);
}

function kind(name: string): FlatKind {
  return FLAT_KINDS.find((each) => each.name === name) as FlatKind;
}

describe.skipIf(process.platform !== 'linux')('the memory of a process, as measured from outside,', () => {
  it.each(FLAT_KINDS)('stays within max_picture_memory when $name is compared', async (each) => {
    const { results, grown } = await measured({ work: 'compare', files: largest(each, MAX_MEMORY) });
    expect(results).toEqual(['changed']);
    expect(grown).toBeLessThan(MAX_MEMORY + OVERHEAD);
  });

  it.each(['a progressive JPEG', 'a PNG with alpha', 'a lossless WebP'])(
    'stays within max_picture_memory when two threads decode: %s',
    async (name) => {
      const maxMemory = 96e6;
      const files = largest(kind(name), maxMemory / 2);
      const { results, grown } = await measured({ work: 'inspect', files, maxMemory, times: 6 });
      expect(results).toEqual(['decodes,decodes']);
      expect(grown).toBeLessThan(maxMemory + OVERHEAD);
    },
  );

  it.each(['a progressive JPEG', 'a PNG of 16 bits'])(
    'stays within max_picture_memory when thumbnails are made: %s',
    async (name) => {
      const [file = ''] = largest(kind(name), MAX_MEMORY);
      const { results, grown } = await measured({ work: 'shrink', files: [file] });
      expect(results).toEqual(['true']);
      expect(grown).toBeLessThan(MAX_MEMORY + OVERHEAD);
    },
  );
});
