import { ImgpipeError } from '../../domain/errors.ts';
import type { PictureFormat } from '../../domain/records.ts';
import { readJpegHeader } from './jpeg-header.ts';
import { checkSize, type Limits } from './limits.ts';
import { readPngHead } from './png-head.ts';

/**
 * About how many bytes of memory a picture takes to be decoded, as its header lets one know. Throws `too_large` where a
 * limit is in the way, and `undecodable` where there is no header.
 */
export function memoryToDecode(bytes: Uint8Array, format: PictureFormat, limits: Limits): number {
  const need = format === 'jpg' ? memoryOfJpeg(bytes, limits) : memoryOfPng(bytes, limits);
  const { maxMemory } = limits;
  if (maxMemory !== undefined && need > maxMemory) {
    const over = `${Math.ceil(need / 1e6)} MB of memory to be decoded, over the limit of ${maxMemory / 1e6} (max_picture_memory)`;
    throw new ImgpipeError('too_large', `the picture takes ${over}`);
  }
  return need;
}

/** The file in each of two memories, and the pixels in three; a progressive one's coefficients are six bytes more for each. */
function memoryOfJpeg(bytes: Uint8Array, limits: Limits): number {
  const header = readJpegHeader(bytes);
  checkSize(header, limits);
  const pixels = header.width * header.height;
  if (header.sampling.length === 4) return bytes.length + pixels * 100;
  return 2 * bytes.length + pixels * (header.progressive ? 15 : 9);
}

/** The file, what it inflates to, and the pixels twice. */
function memoryOfPng(bytes: Uint8Array, limits: Limits): number {
  const head = readPngHead(bytes);
  checkSize(head, limits);
  const inflated = head.height * (1 + Math.ceil((head.width * head.bitsPerPixel) / 8));
  return bytes.length + inflated + head.width * head.height * 6;
}
