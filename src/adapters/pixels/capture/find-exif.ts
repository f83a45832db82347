import { type Chunk, chunksOf, EXIF, hasValidChecksum, IEND, TIME } from '../png/chunks.ts';
import { webpChunks } from '../webp/chunks.ts';

/** How many segments or chunks are looked at, and how long a chunk may be. */
const MAX_SEGMENTS = 1000;
const MAX_CHUNKS = 20_000;
const MAX_CHUNK_BYTES = 2 ** 20;

const SOS = 0xda;
const APP1 = 0xe1;
const EXIF_NAME = [0x45, 0x78, 0x69, 0x66, 0, 0];
const TIME_BYTES = 7;

/** The TIFF block of a JPEG's first EXIF segment before its first scan. */
export function jpegExif(bytes: Uint8Array): Uint8Array | undefined {
  for (let at = 2, count = 0; count < MAX_SEGMENTS && bytes[at] === 0xff; count++) {
    while (bytes[at] === 0xff) at++;
    const marker = bytes[at] as number;
    const end = at + 1 + ((bytes[at + 1] ?? 0) << 8) + (bytes[at + 2] ?? 0);
    if (marker === SOS || end < at + 3 || end > bytes.length) return undefined;
    if (marker === APP1 && EXIF_NAME.every((value, index) => bytes[at + 3 + index] === value)) {
      return bytes.subarray(at + 3 + EXIF_NAME.length, end);
    }
    at = end;
  }
  return undefined;
}

/** The TIFF block of a WebP's first EXIF chunk. Some programs write JPEG's name before it. */
export function webpExif(bytes: Uint8Array): Uint8Array | undefined {
  let count = 0;
  for (const { type, body } of webpChunks(bytes)) {
    count += 1;
    if (count > MAX_CHUNKS) return undefined;
    if (type !== 'EXIF') continue;
    return EXIF_NAME.every((value, index) => body[index] === value) ? body.subarray(EXIF_NAME.length) : body;
  }
  return undefined;
}

/** The bodies of a PNG's eXIf and tIME chunks that are valid. */
export function pngParts(bytes: Uint8Array): { exif?: Uint8Array; time?: Uint8Array } {
  const parts: { exif?: Uint8Array; time?: Uint8Array } = {};
  let count = 0;
  for (const chunk of chunksOf(bytes)) {
    count += 1;
    if (chunk.type === IEND || count > MAX_CHUNKS) break;
    if (chunk.type === EXIF && isSound(bytes, chunk)) parts.exif ??= bytes.subarray(chunk.from, chunk.to);
    if (chunk.type === TIME && chunk.to - chunk.from === TIME_BYTES && isSound(bytes, chunk)) {
      parts.time ??= bytes.subarray(chunk.from, chunk.to);
    }
  }
  return parts;
}

function isSound(bytes: Uint8Array, chunk: Chunk): boolean {
  return !chunk.isCut && chunk.to - chunk.from <= MAX_CHUNK_BYTES && hasValidChecksum(bytes, chunk);
}
