import { readFile } from 'node:fs/promises';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { ImgpipeError } from '../../domain/errors.ts';
import type { ImageSource, SourceItem, StreamPosition } from '../../ports/image-source.ts';

export interface GeneratedSourceOptions {
  /** The picture that a stream begins with. */
  readonly originalPath: string;
  /** How many pictures to yield; undefined for no end. */
  readonly count: number | undefined;
  /** The time between two pictures; 0 yields them as fast as they are taken. */
  readonly intervalMs: number;
  /** Turns a picture by 90° counter-clockwise and saves it as a JPEG. Throws an `ImgpipeError` where it cannot be decoded. */
  readonly turn: (picture: Uint8Array) => Promise<Uint8Array>;
}

const ORIGIN = 'generated';
const MAX_AT_ONCE = 64;
// Turning a large picture takes long: what is there by then does not wait for the rest of its company.
const MAX_COMPANY_MS = 50;
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Whether a generated stream's picture of this number is the one before it turned, and not a copy. */
export function isTurned(number: number): boolean {
  return number % 4 === 3;
}

/**
 * A stream made from one picture: number 1 is the original, each later one a copy of the one before, byte for byte, or
 * that one turned by 90° and saved as a JPEG (see `isTurned`). It goes on where the stream stands.
 */
export function createGeneratedSource(options: GeneratedSourceOptions): ImageSource {
  return {
    expected: options.count,
    pictures: (position, signal) => {
      const items = generate(options, position, signal);
      return options.intervalMs > 0 ? inTime(items, options.intervalMs, signal) : inCompany(items);
    },
  };
}

async function* generate(
  options: GeneratedSourceOptions,
  position: StreamPosition,
  signal: AbortSignal,
): AsyncGenerator<SourceItem> {
  const { count } = options;
  const first = position.lastNumber + 1;
  const end = first + (count ?? Number.POSITIVE_INFINITY);
  let previous: Uint8Array | undefined;
  for (let number = first; number < end && !signal.aborted; number++) {
    if (number === 1) {
      previous = await readOriginal(options.originalPath);
    } else {
      previous ??= await lastPictureOf(position);
      if (isTurned(number)) {
        const next = await turned(options, previous, number);
        if (next instanceof ImgpipeError) {
          yield { kind: 'rejected', origin: ORIGIN, error: next };
          return;
        }
        previous = next;
        // A turn takes a while: what is kept meanwhile gets its own.
        await nextTurn();
      }
    }
    yield { kind: 'picture', bytes: previous, origin: ORIGIN };
  }
}

async function readOriginal(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code;
    const why = code === 'ENOENT' ? 'there is no such file' : String(code ?? thrown);
    throw new ImgpipeError('file_unreadable', `The original image ${path} cannot be read: ${why}.`, { cause: thrown });
  }
}

async function lastPictureOf(position: StreamPosition): Promise<Uint8Array> {
  const bytes = await position.lastPicture();
  if (bytes) return bytes;
  throw new ImgpipeError(
    'object_missing',
    `Image ${position.lastNumber}, which the next one is made from, is missing.`,
  );
}

/** The previous picture turned, or why it cannot be. */
async function turned(
  { turn }: GeneratedSourceOptions,
  previous: Uint8Array,
  number: number,
): Promise<Uint8Array | ImgpipeError> {
  try {
    return await turn(previous);
  } catch (thrown) {
    if (!(thrown instanceof ImgpipeError)) throw thrown;
    return new ImgpipeError(
      thrown.code,
      `image ${number} cannot be generated, because the image before it cannot be turned: ${thrown.message}`,
      { cause: thrown },
    );
  }
}

async function* inCompany(items: AsyncIterable<SourceItem>): AsyncGenerator<readonly SourceItem[]> {
  let company: SourceItem[] = [];
  let since = performance.now();
  for await (const item of items) {
    company.push(item);
    if (company.length < MAX_AT_ONCE && performance.now() - since < MAX_COMPANY_MS) continue;
    yield company;
    company = [];
    since = performance.now();
  }
  if (company.length > 0) yield company;
}

/** One at a time, each when it is due, measured from the start so that delays do not add up. */
async function* inTime(
  items: AsyncIterable<SourceItem>,
  intervalMs: number,
  signal: AbortSignal,
): AsyncGenerator<readonly SourceItem[]> {
  const start = performance.now();
  let due = start;
  for await (const item of items) {
    await sleepUntil(due, signal);
    if (signal.aborted) return;
    yield [item];
    due += intervalMs;
  }
}

async function sleepUntil(due: number, signal: AbortSignal): Promise<void> {
  for (let left = due - performance.now(); left > 0 && !signal.aborted; left = due - performance.now()) {
    await sleep(Math.min(Math.ceil(left), MAX_TIMER_MS), undefined, { signal }).catch(() => undefined);
  }
}
