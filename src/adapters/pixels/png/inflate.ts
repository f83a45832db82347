import { constants, createInflate, inflateSync } from 'node:zlib';
import { countDropped } from '../../../base/collect-garbage.ts';
import { ImgpipeError } from '../../../domain/errors.ts';
import type { Notes } from '../notes.ts';

/** zlib's errors about the data. Any other error is not a verdict on the picture. */
const DATA_ERRORS = ['Z_DATA_ERROR', 'Z_NEED_DICT', 'Z_BUF_ERROR'];
/** What zlib says of a checksum that does not match. */
const WRONG_CHECKSUM = 'incorrect data check';
/** How much more than the picture needs is read in order to reach the checksum of the data. */
const MAX_SURPLUS = 2 ** 20;
const CHUNK_BYTES = 2 ** 16;

export interface Inflated {
  /** As many bytes as the picture needs, with zeros for those that are missing. */
  readonly bytes: Uint8Array;
  /** How many of them the data has. */
  readonly count: number;
}

/**
 * Decompresses the data of a picture that needs `length` bytes. Surplus data and a missing checksum become notes. Throws
 * `undecodable` if the data is corrupt.
 */
export async function inflate(data: Uint8Array, length: number, notes: Notes): Promise<Inflated> {
  try {
    // A chunk of one byte more than needed: zlib then returns a single chunk, which Node does not copy.
    const options = { chunkSize: Math.max(length + 1, 64), maxOutputLength: length, info: true };
    // With `info`, the result is not the buffer alone; Node's types leave that out.
    const { buffer, engine } = inflateSync(data, options) as unknown as {
      readonly buffer: Buffer;
      readonly engine: { readonly bytesWritten: number };
    };
    if (engine.bytesWritten < data.length) notes.add('more bytes follow the compressed image data');
    return whole(buffer, length);
  } catch (thrown) {
    const code = codeOf(thrown);
    if (code === 'ERR_BUFFER_TOO_LARGE' || code === 'Z_BUF_ERROR') return inflateFirst(data, length, notes);
    throw corrupt(thrown);
  }
}

/** The first `length` bytes of data that is cut, or has a surplus. */
async function inflateFirst(data: Uint8Array, length: number, notes: Notes): Promise<Inflated> {
  // What the first attempt has made.
  countDropped(length);
  const stream = createInflate({ chunkSize: CHUNK_BYTES, finishFlush: constants.Z_SYNC_FLUSH });
  const bytes = new Uint8Array(length);
  let count = 0;
  stream.end(data);
  try {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      if (count < length) bytes.set(chunk.subarray(0, length - count), count);
      count += chunk.length;
      if (count > length + MAX_SURPLUS) break;
    }
  } catch (thrown) {
    throw corrupt(thrown);
  } finally {
    stream.destroy();
  }
  if (count > length) notes.add('there is more image data than the picture needs');
  if (count === length) notes.add('the image data ends without its checksum (Adler-32)');
  return { bytes, count: Math.min(count, length) };
}

function whole(data: Uint8Array, length: number): Inflated {
  if (data.length === length) return { bytes: data, count: length };
  const bytes = new Uint8Array(length);
  bytes.set(data);
  return { bytes, count: data.length };
}

function corrupt(thrown: unknown): unknown {
  const code = codeOf(thrown);
  if (code === undefined || !DATA_ERRORS.includes(code)) return thrown;
  const why =
    messageOf(thrown) === WRONG_CHECKSUM
      ? 'the checksum (Adler-32) of the image data is wrong'
      : `the image data cannot be decompressed: ${messageOf(thrown).toLowerCase()}`;
  return new ImgpipeError('undecodable', `the PNG is corrupt: ${why}`, { cause: thrown });
}

function codeOf(thrown: unknown): string | undefined {
  return (thrown as NodeJS.ErrnoException).code;
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
