import { crc32, deflateSync } from 'node:zlib';
import type { Pixels } from '../../../analysis/pixels.ts';
import { IDAT, IEND, IHDR, SIGNATURE } from './chunks.ts';

const BITS = 8;
const RGB = 2;
/** The first byte of each row: its bytes are stored as they are. */
const NO_FILTER = 0;

/** Encodes a picture as a PNG of 8-bit RGB, without loss. */
export function encodePng({ width, height, data }: Pixels): Uint8Array {
  const row = width * 3;
  const rows = new Uint8Array((row + 1) * height).fill(NO_FILTER);
  for (let y = 0; y < height; y++) rows.set(data.subarray(y * row, (y + 1) * row), y * (row + 1) + 1);
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([BITS, RGB], 8);
  return Buffer.concat([Buffer.from(SIGNATURE), chunk(IHDR, head), chunk(IDAT, deflateSync(rows)), chunk(IEND)]);
}

/** A chunk: the length of its body, its type, the body, and the CRC of type and body. */
function chunk(type: number, body: Uint8Array = new Uint8Array()): Uint8Array {
  const bytes = Buffer.alloc(body.length + 12);
  bytes.writeUInt32BE(body.length, 0);
  bytes.writeUInt32BE(type, 4);
  bytes.set(body, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, body.length + 8)), body.length + 8);
  return bytes;
}
