import { readFile } from 'node:fs/promises';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { ImgpipeError } from '../../domain/errors.ts';
import type { ImageSource, SourceItem, StreamPosition } from '../../ports/image-source.ts';

export interface GeneratedSourceOptions {
  /** The first picture of a stream. */
  readonly originalPath: string;
  /** How many pictures to yield; `undefined` for an endless stream. */
  readonly count: number | undefined;
  /** The time between two pictures; 0 to yield them as fast as they are consumed. */
  readonly intervalMs: number;
  /**
   * Rotates a picture by 90° counter-clockwise and encodes it as a JPEG. Throws an `ImgpipeError` if it cannot be
   * decoded.
   */
  readonly turn: (picture: Uint8Array) => Promise<Uint8Array>;
}

const ORIGIN = 'generated';
const MAX_BATCH = 64;
// Rotating a large picture takes long: do not delay the pictures that are already in the batch.
const MAX_BATCH_MS = 100;
/** The first batch is small, and each later one takes up to twice as long: the other stages soon have work. */
const FIRST_BATCH_MS = 10;
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Whether the picture with this number is a rotated copy of the previous one, and not an identical copy. */
export function isRotated(number: number): boolean {
  return number % 4 === 3;
}

/**
 * Generates a stream from one picture: number 1 is the original, and each later one is an identical copy of the
 * previous one, or that picture rotated by 90° and encoded as a JPEG (see `isRotated`). Continues after the stream's
 * last picture.
 */
export function createGeneratedSource(options: GeneratedSourceOptions): ImageSource {
  return {
    expected: options.count,
    pictures: (position, signal) => {
      const items = generate(options, position, signal);
      return options.intervalMs > 0 ? atIntervals(items, options.intervalMs, signal) : inBatches(items);
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
      if (isRotated(number)) {
        const next = await rotated(options, previous, number);
        if (next instanceof ImgpipeError) {
          yield { kind: 'rejected', origin: ORIGIN, error: next };
          return;
        }
        previous = next;
        // A rotation takes a while: let other work run.
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
    const why = code === 'ENOENT' ? 'the file does not exist (ENOENT)' : String(code ?? thrown);
    throw new ImgpipeError('file_unreadable', `Cannot read the original image ${path}: ${why}.`, { cause: thrown });
  }
}

async function lastPictureOf(position: StreamPosition): Promise<Uint8Array> {
  const bytes = await position.lastPicture();
  if (bytes) return bytes;
  throw new ImgpipeError(
    'object_missing',
    `Image ${position.lastNumber} is missing. The next image of a generated stream is derived from it.`,
  );
}

/** Returns the previous picture rotated, or the error that prevents it. */
async function rotated(
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
      `cannot generate image ${number} because the previous image cannot be rotated: ${thrown.message}`,
      { cause: thrown },
    );
  }
}

async function* inBatches(items: AsyncIterable<SourceItem>): AsyncGenerator<readonly SourceItem[]> {
  let batch: SourceItem[] = [];
  let maxMs = FIRST_BATCH_MS;
  let since = performance.now();
  for await (const item of items) {
    batch.push(item);
    if (batch.length < MAX_BATCH && performance.now() - since < maxMs) continue;
    yield batch;
    batch = [];
    maxMs = Math.min(2 * maxMs, MAX_BATCH_MS);
    since = performance.now();
  }
  if (batch.length > 0) yield batch;
}

/**
 * Yields one item at a time, each when it is due. Due times are relative to the start, so that delays do not add up.
 */
async function* atIntervals(
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
