import type { PictureFormat } from './records.ts';

/** The format by the file's first bytes; undefined if it is neither JPEG nor PNG. */
export function sniffFormat(bytes: Uint8Array): PictureFormat | undefined {
  if (startsWith(bytes, JPEG_START)) return 'jpg';
  if (startsWith(bytes, PNG_SIGNATURE)) return 'png';
  return undefined;
}

const JPEG_START = [0xff, 0xd8, 0xff];
const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

function startsWith(bytes: Uint8Array, start: readonly number[]): boolean {
  return start.every((value, index) => bytes[index] === value);
}
