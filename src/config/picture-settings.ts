import { number, numberWithin, oneOf, text, timeFrom } from './readers.ts';
import type { Limits, Setting } from './setting.ts';

/** One thread for each core, at most four. */
const AUTO = 'auto';

const COLOUR = /^#[0-9a-fA-F]{6}$/;

const SET_ASIDE = 'set_aside';
const COMPARE_WHOLE = 'compare_whole';
const DAMAGED_PICTURES = [SET_ASIDE, COMPARE_WHOLE] as const;

const WORKERS: Limits = { min: 0, max: 64, integer: true };

/** The limits on a picture, and the threads and memory for decoding. */
export const PICTURE_SETTINGS = {
  maxMegapixels: {
    field: 'max_megapixels',
    flag: '--max-megapixels <number>',
    help: 'the largest picture that is decoded, in megapixels',
    fallback: 64,
    ...numberWithin({ min: 0.000001, max: 1000 }),
  },
  maxFileMegabytes: {
    field: 'max_file_megabytes',
    flag: '--max-file-megabytes <number>',
    help: 'the largest file that is received, in megabytes',
    fallback: 128,
    ...numberWithin({ min: 0.000001, max: 1024 }),
  },
  background: {
    field: 'background',
    flag: '--background <colour>',
    help: 'the colour that transparent pictures are laid over, such as #000000',
    takes: 'text',
    pattern: COLOUR,
    fallback: '#ffffff',
    read: colour,
  },
  damagedPictures: {
    field: 'damaged_pictures',
    flag: '--damaged-pictures <what>',
    help: 'pictures of which data is missing: set_aside makes dead letters of them, compare_whole compares only what is whole in both pictures',
    takes: 'text',
    words: DAMAGED_PICTURES,
    fallback: SET_ASIDE,
    read: (value: unknown) => oneOf(value, DAMAGED_PICTURES),
  },
  workers: {
    field: 'workers',
    flag: '--workers <number>',
    help: 'the number of worker threads for decoding and comparing: auto is one for each core, up to 4; 0 uses none and sets no time limit',
    takes: 'number',
    limits: WORKERS,
    words: [AUTO],
    fallback: AUTO,
    read: workers,
  },
  maxPictureTime: {
    field: 'max_picture_time',
    help: 'the time limit for decoding a picture, or comparing two',
    fallback: 30_000,
    ...timeFrom(1),
  },
  maxPictureMemory: {
    field: 'max_picture_memory',
    help: 'the memory limit for decoding a picture beside another of its size, and for comparing the two, in megabytes',
    fallback: 1024,
    ...numberWithin({ min: 1, max: 65_536 }),
  },
  pictureCache: {
    field: 'picture_cache',
    help: 'the size of the cache of decoded pictures, in megabytes; the latest picture is always cached',
    fallback: 80,
    ...numberWithin({ min: 0, max: 65_536 }),
  },
} satisfies Record<string, Setting<unknown>>;

function workers(value: unknown): number | typeof AUTO {
  if (value === AUTO) return AUTO;
  try {
    return number(value, WORKERS);
  } catch (error) {
    throw new Error(`${AUTO}, or ${(error as Error).message}`);
  }
}

function colour(value: unknown): string {
  const what = 'a colour of six hexadecimal digits, such as #000000';
  const read = text(value, what);
  if (!COLOUR.test(read)) throw new Error(what);
  return read.toLowerCase();
}

/** How the configuration has pictures decoded. */
export function decodeOptionsOf(config: {
  readonly maxMegapixels: number;
  readonly maxPictureMemory: number;
  readonly background: string;
  readonly damagedPictures: (typeof DAMAGED_PICTURES)[number];
}) {
  const levels = Number.parseInt(config.background.slice(1), 16);
  return {
    maxPixels: Math.round(config.maxMegapixels * 1e6),
    maxMemory: config.maxPictureMemory * 1e6,
    background: [levels >> 16, (levels >> 8) & 255, levels & 255],
    acceptsDamage: config.damagedPictures === COMPARE_WHOLE,
  } as const;
}

/** The largest picture that is received, in bytes. */
export function maxFileBytes(config: { readonly maxFileMegabytes: number }): number {
  return Math.round(config.maxFileMegabytes * 1e6);
}
