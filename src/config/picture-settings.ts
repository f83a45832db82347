import { milliseconds, number } from './readers.ts';
import type { Setting } from './setting.ts';

/** As many as the machine has cores, four at the most. */
const AUTO = 'auto';

/** The limits on a picture, and what is spent on its decoding. */
export const PICTURE_SETTINGS = {
  maxMegapixels: {
    field: 'max_megapixels',
    flag: '--max-megapixels <number>',
    help: 'the largest picture that is decoded',
    fallback: 64,
    read: (value: unknown) => number(value, { min: 0.000001, max: 1000 }),
  },
  maxFileMegabytes: {
    field: 'max_file_megabytes',
    flag: '--max-file-megabytes <number>',
    help: 'the largest file that is received',
    fallback: 128,
    read: (value: unknown) => number(value, { min: 0.000001, max: 1024 }),
  },
  workers: {
    field: 'workers',
    flag: '--workers <number>',
    help: 'how many threads work on pictures: auto is one for each core, up to 4; 0 is none, and no limit of time',
    fallback: AUTO,
    read: workers,
  },
  maxPictureTime: {
    field: 'max_picture_time',
    help: 'the longest that the decoding of a picture, or the comparison of two, may take',
    fallback: 30_000,
    read: pictureTime,
  },
  maxPictureMemory: {
    field: 'max_picture_memory',
    help: 'the most memory, in megabytes, that a picture may take to be decoded',
    fallback: 1024,
    read: (value: unknown) => number(value, { min: 1, max: 65_536 }),
  },
  pictureCache: {
    field: 'picture_cache',
    help: 'how many megabytes of decoded pictures are kept for the next comparison; the last one always is',
    fallback: 80,
    read: (value: unknown) => number(value, { min: 0, max: 65_536 }),
  },
} satisfies Record<string, Setting<unknown>>;

function workers(value: unknown): number | typeof AUTO {
  if (value === AUTO) return AUTO;
  try {
    return number(value, { min: 0, max: 64, whole: true });
  } catch (error) {
    throw new Error(`${AUTO}, or ${(error as Error).message}`);
  }
}

function pictureTime(value: unknown): number {
  const time = milliseconds(value);
  if (time === 0) throw new Error('a time above 0, such as 30s');
  return time;
}
