import { ImgpipeError } from '../../domain/errors.ts';
import type { PictureFormat } from '../../domain/records.ts';
import { readJpegHeader } from './jpeg/header.ts';
import { checkSize, type Limits } from './limits.ts';
import { readPngHead } from './png/head.ts';

/** What a picture will take, as its header lets one know. */
export interface Need {
  /** About how many bytes of memory while it is decoded. */
  readonly memory: number;
  /** How many bytes its pixels are. */
  readonly pixels: number;
}

/** Throws `too_large` where a limit is in the way, and `undecodable` where there is no header. */
export function needOf(bytes: Uint8Array, format: PictureFormat, limits: Limits): Need {
  const need = format === 'jpg' ? needOfJpeg(bytes, limits) : needOfPng(bytes, limits);
  const { maxMemory } = limits;
  if (maxMemory !== undefined && need.memory > maxMemory) {
    const over = `${Math.ceil(need.memory / 1e6)} MB of memory to be decoded, over the limit of ${maxMemory / 1e6} (max_picture_memory)`;
    throw new ImgpipeError('too_large', `the picture takes ${over}`);
  }
  return need;
}

/** The file in each of two memories, and the pixels in three; a progressive one's coefficients are six bytes more for each. */
function needOfJpeg(bytes: Uint8Array, limits: Limits): Need {
  const header = readJpegHeader(bytes);
  checkSize(header, limits);
  const count = header.width * header.height;
  const pixels = count * 3;
  if (header.sampling.length === 4) return { memory: bytes.length + count * 100, pixels };
  return { memory: 2 * bytes.length + count * (header.progressive ? 15 : 9), pixels };
}

/** The file, what it inflates to, and the pixels twice. */
function needOfPng(bytes: Uint8Array, limits: Limits): Need {
  const head = readPngHead(bytes);
  checkSize(head, limits);
  const inflated = head.height * (1 + Math.ceil((head.width * head.bitsPerPixel) / 8));
  const pixels = head.width * head.height * 3;
  return { memory: bytes.length + inflated + 2 * pixels, pixels };
}
