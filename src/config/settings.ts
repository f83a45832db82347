import { checkStreamName, DEFAULT_STREAM } from '../domain/stream-name.ts';

/** One field of the configuration: how it is written in each place, what it takes, and what it is without. */
export interface Setting<T> {
  /** Its name in the configuration file; `IMGPIPE_` and this in capitals is its variable. */
  readonly field: string;
  /** Its flag, as commander reads it. */
  readonly flag: string;
  readonly help: string;
  readonly fallback: T;
  /** The value, from a flag's or variable's text or from the file's JSON; throws what would do instead. */
  read(value: unknown): T;
}

/** Every setting. The README's table of settings is held against this one by a test. */
export const SETTINGS = {
  data: {
    field: 'data',
    flag: '--data <folder>',
    help: 'the folder that keeps everything',
    fallback: 'imgpipe-data',
    read: (value: unknown) => text(value, 'a folder'),
  },
  broker: {
    field: 'broker',
    flag: '--broker <address>',
    help: 'what carries the messages; this version has the embedded one alone',
    fallback: 'embedded',
    read: (value: unknown) => {
      if (value !== 'embedded') throw new Error("'embedded'");
      return value;
    },
  },
  json: flag('json', 'results as JSON'),
  quiet: flag('quiet', 'no progress and no notices'),
  verbose: flag('verbose', 'tell more: each image, and the cause of each error'),
  wait: flag('wait', 'wait where folder or broker cannot be reached at the start, instead of exit 4'),
  stream: {
    field: 'stream',
    flag: '--stream <name>',
    help: 'the stream that the pictures belong to',
    fallback: DEFAULT_STREAM,
    read: (value: unknown) => checkStreamName(String(value)),
  },
  count: {
    field: 'count',
    flag: '--count <number>',
    help: 'how many images to generate where no path is given',
    fallback: 10,
    read: (value: unknown) => number(value, { least: 0, whole: true }),
  },
  interval: {
    field: 'interval',
    flag: '--interval <time>',
    help: 'the time from one generated image to the next: 50ms, 2s, 1m',
    fallback: 0,
    read: milliseconds,
  },
  technique: {
    field: 'technique',
    flag: '--technique <name>',
    help: 'how two images are compared: l2',
    fallback: 'l2',
    read: (value: unknown) => {
      if (value !== 'l2') throw new Error("'l2'");
      return value;
    },
  },
  threshold: {
    field: 'threshold',
    flag: '--threshold <number>',
    help: 'what the measurement must be above to be an event; 0 is any change',
    fallback: 0,
    read: (value: unknown) => number(value, { least: 0 }),
  },
  maxMegapixels: {
    field: 'max_megapixels',
    flag: '--max-megapixels <number>',
    help: 'the largest picture that is decoded',
    fallback: 64,
    read: (value: unknown) => number(value, { least: 0.000001, most: 1000 }),
  },
  maxFileMegabytes: {
    field: 'max_file_megabytes',
    flag: '--max-file-megabytes <number>',
    help: 'the largest file that is received',
    fallback: 128,
    read: (value: unknown) => number(value, { least: 0.000001, most: 1024 }),
  },
  objectWait: {
    field: 'object_wait',
    flag: '--object-wait <time>',
    help: 'how long to wait for a stored picture that is not there',
    fallback: 60_000,
    read: milliseconds,
  },
} satisfies Record<string, Setting<unknown>>;

export type SettingName = keyof typeof SETTINGS;

/** The configuration, checked. Times are in milliseconds. */
export type Config = { readonly [Name in SettingName]: ReturnType<(typeof SETTINGS)[Name]['read']> };

/** The environment variable of a setting. */
export function variableOf(setting: { readonly field: string }): string {
  return `IMGPIPE_${setting.field.toUpperCase()}`;
}

function flag(field: string, help: string): Setting<boolean> {
  return {
    field,
    flag: `--${field}`,
    help,
    fallback: false,
    read: (value) => {
      if (value === true || value === 'true' || value === '1') return true;
      if (value === false || value === 'false' || value === '0' || value === '') return false;
      throw new Error('true or false');
    },
  };
}

function text(value: unknown, what: string): string {
  if (typeof value !== 'string' || value.trim() === '' || value.includes('\0')) throw new Error(what);
  return value;
}

function number(value: unknown, limits: { least: number; most?: number; whole?: boolean }): number {
  const { least, most = Number.MAX_SAFE_INTEGER, whole = false } = limits;
  const read = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof read !== 'number' || !(read >= least && read <= most) || (whole && !Number.isInteger(read))) {
    const range = most === Number.MAX_SAFE_INTEGER ? `of ${least} or more` : `from ${least} to ${most}`;
    throw new Error(`${whole ? 'a whole number' : 'a number'} ${range}`);
  }
  return read;
}

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const LONGEST_MS = 24 * 3_600_000;

function milliseconds(value: unknown): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(String(value).trim()) ?? [];
  const read = Number(amount) * (unit === undefined ? 1 : (UNITS[unit] ?? Number.NaN));
  // A number without a unit is only clear where it is nothing.
  if (!(read <= LONGEST_MS) || (unit === undefined && read !== 0)) {
    throw new Error('a time such as 50ms, 2s or 1m, of a day at the most');
  }
  return read;
}
