import { textAt, uint32At } from '../../../base/read-bytes.ts';

/** A chunk of a WebP (RFC 9649, section 2.3). */
export interface Chunk {
  readonly type: string;
  readonly body: Uint8Array;
}

const RIFF_HEADER = 12;

/** The chunks of a file, in order, up to the first that is cut short. */
export function webpChunks(bytes: Uint8Array): Generator<Chunk> {
  return chunksOf(bytes.subarray(RIFF_HEADER));
}

/** The chunks within the body of another. */
export function* chunksOf(bytes: Uint8Array): Generator<Chunk> {
  for (let at = 0; ; ) {
    const length = uint32At(bytes, at + 4);
    if (length === undefined || at + 8 + length > bytes.length) return;
    yield { type: textAt(bytes, at, 4), body: bytes.subarray(at + 8, at + 8 + length) };
    at += 8 + length + (length % 2);
  }
}
