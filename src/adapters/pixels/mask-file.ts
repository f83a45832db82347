import { maskOf } from '../../analysis/mask.ts';
import { ImgpipeError } from '../../domain/errors.ts';
import { sniffFormat } from '../../domain/picture-format.ts';
import { decodePicture } from './codec.ts';
import { needOf } from './decoding-need.ts';
import type { Limits } from './limits.ts';

/** Makes sure that a file's bytes are a mask: a PNG that decodes, and that something is looked at. Throws `config_invalid`. */
export async function checkMask(file: string, bytes: Uint8Array, limits: Limits): Promise<void> {
  if (sniffFormat(bytes) !== 'png') throw unfit(file, 'it is no PNG: save the mask as one');
  const { looked } = maskOf(await decode(file, bytes, limits));
  if (!looked.includes(1)) throw unfit(file, 'all of it is black, so nothing of a picture would be looked at');
}

async function decode(file: string, bytes: Uint8Array, limits: Limits) {
  try {
    needOf(bytes, 'png', limits);
    return await decodePicture(bytes, 'png', limits);
  } catch (thrown) {
    if (thrown instanceof ImgpipeError) throw unfit(file, thrown.message);
    throw thrown;
  }
}

function unfit(file: string, why: string): ImgpipeError {
  return new ImgpipeError('config_invalid', `mask: ${file} will not do: ${why}`);
}
