import { types } from 'node:util';
import { unlessAborted } from '../base/deadlines.ts';
import { valueText } from '../base/value-text.ts';
import { isCaptureTime } from '../domain/capture.ts';
import { ImgpipeError } from '../domain/errors.ts';
import type { ImageSource, SourceItem } from '../ports/image-source.ts';
import { pathOf, wrongArgument } from './arguments.ts';

/** A picture of a program's source. */
export interface SourcePicture {
  /** The bytes of a picture file, such as a JPEG. They are copied. */
  readonly bytes: Uint8Array;
  /** Where it came from, such as a URL or the name of a camera. */
  readonly origin: string;
  /** Skip it if the stream's newest image from this origin has the same bytes. */
  readonly onlyIfNew?: boolean;
  /** When it was captured, if that is known: it counts more than what the file says. */
  readonly capturedAt?: Date;
}

/** What a program gives to `receive`: paths of files and folders, or a source. */
export type PipelineInput = string | readonly string[] | ImageSource | AsyncIterable<SourcePicture>;

const USE =
  'the path of a file or folder, a list of paths, an object with a method pictures(position, signal), or an async iterable of { bytes, origin }';

/** The paths or the source that a program gives; no paths for undefined. Throws `usage`. */
export function inputOf(given: unknown, maxBytes: number): readonly string[] | ImageSource {
  if (given === undefined) return [];
  if (typeof given === 'string') return [pathOf('paths', given)];
  if (Array.isArray(given)) return given.map((each: unknown, index) => pathOf(`paths[${index}]`, each));
  if (isObject(given) && typeof given['pictures'] === 'function') {
    return checkedSource(given as unknown as ImageSource, maxBytes);
  }
  if (isAsyncIterable(given)) return checkedSource(oneByOne(given), maxBytes);
  throw wrongArgument('paths', given, USE);
}

/** A source of pictures that come one at a time. */
function oneByOne(pictures: AsyncIterable<unknown>): ImageSource {
  return {
    expected: undefined,
    async *pictures(_position, signal) {
      for await (const picture of whileRunning(pictures, signal)) {
        if (!isObject(picture) || isBytes(picture)) throw wrongItem(picture);
        yield [{ ...picture, kind: 'picture' } as SourceItem];
      }
    },
  };
}

/** A program's source with its pictures checked and copied. It ends when the signal aborts, even if the program's does not. */
function checkedSource(source: ImageSource, maxBytes: number): ImageSource {
  const { expected } = source;
  return {
    expected: typeof expected === 'number' ? expected : undefined,
    async *pictures(position, signal) {
      const batches: unknown = source.pictures(position, signal);
      if (!isAsyncIterable(batches))
        throw wrongArgument('pictures() of the source', batches, 'an async iterable of lists');
      for await (const items of whileRunning(batches, signal)) {
        if (!Array.isArray(items)) throw wrongArgument('an item of the source', items, 'a list of pictures');
        if (items.length > 0) yield items.map((item) => checkedItem(item, maxBytes));
      }
    },
  };
}

function checkedItem(item: unknown, maxBytes: number): SourceItem {
  if (!isObject(item)) throw wrongItem(item);
  const { kind, bytes, origin, onlyIfNew, capturedAt, error } = item;
  if (typeof origin !== 'string' || origin.trim() === '') {
    throw wrongArgument('origin of a picture', origin, 'where it came from, such as a URL');
  }
  if (kind === 'rejected') {
    if (error instanceof ImgpipeError) return { kind, origin, error };
    throw wrongArgument(
      'error of a rejected picture',
      error,
      "an ImgpipeError, such as one with code 'file_unreadable'",
    );
  }
  if (kind !== 'picture') throw wrongArgument('kind of a picture', kind, "'picture' or 'rejected'");
  if (!isBytes(bytes)) throw wrongArgument('bytes of a picture', bytes, 'a Uint8Array or a Buffer');
  const at = captureTimeOf(capturedAt);
  if (bytes.length > maxBytes) {
    const message = `it has ${bytes.length / 1e6} MB, over the limit of ${maxBytes / 1e6} (max_file_megabytes)`;
    return { kind: 'rejected', origin, error: new ImgpipeError('file_too_big', message) };
  }
  // The program may use its buffer again while the picture is stored.
  return { kind, origin, bytes: new Uint8Array(bytes), onlyIfNew: onlyIfNew === true, ...(at && { capturedAt: at }) };
}

/** A copy of the time, which may be a Date of another realm. Undefined if none is given. */
function captureTimeOf(given: unknown): Date | undefined {
  if (given === undefined) return undefined;
  const time = types.isDate(given) ? new Date(Date.prototype.getTime.call(given)) : undefined;
  if (time !== undefined && isCaptureTime(time)) return time;
  throw wrongArgument('capturedAt of a picture', given, 'a Date of the years 1000 to 9999, or leave it out');
}

/** The items, until the signal aborts. An iterable that hangs is abandoned. */
async function* whileRunning(items: AsyncIterable<unknown>, signal: AbortSignal): AsyncGenerator<unknown> {
  const iterator = items[Symbol.asyncIterator]();
  let isDone = false;
  try {
    while (!signal.aborted) {
      const next = await unlessAborted(signal, Promise.resolve(iterator.next()));
      if (next === undefined || next.done === true) {
        isDone = next !== undefined;
        return;
      }
      yield next.value;
    }
  } finally {
    // Not awaited: an async generator that hangs does not return either.
    if (!isDone) Promise.resolve(iterator.return?.()).catch(() => {});
  }
}

function wrongItem(item: unknown): ImgpipeError {
  return new ImgpipeError('usage', `a picture of the source: ${valueText(item)} is not valid: use { bytes, origin }`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return isObject(value) && typeof (value as Partial<AsyncIterable<unknown>>)[Symbol.asyncIterator] === 'function';
}

/** True for a Buffer too, and for an array of another realm, such as that of a test runner. */
function isBytes(value: unknown): value is Uint8Array {
  return Object.prototype.toString.call(value) === '[object Uint8Array]';
}
