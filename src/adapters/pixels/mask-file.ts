import { maskOf } from '../../analysis/mask.ts';
import { ImgpipeError } from '../../domain/errors.ts';
import { sniffFormat } from '../../domain/picture-format.ts';
import { WHITE } from './background.ts';
import { decodePicture } from './codec.ts';
import { type Limits, needOf } from './limits.ts';

/** Checks that a mask file is a PNG that decodes and does not mask out every pixel. Throws `config_invalid`. */
export async function checkMask(file: string, bytes: Uint8Array, limits: Limits): Promise<void> {
  if (sniffFormat(bytes) !== 'png') throw invalid(file, 'it is not a PNG file. Save the mask as PNG');
  const { included } = maskOf(await decode(file, bytes, limits));
  if (!included.includes(1)) throw invalid(file, 'it is all black, which masks out every pixel');
}

async function decode(file: string, bytes: Uint8Array, limits: Limits) {
  try {
    needOf(bytes, 'png', limits);
    return await decodePicture(bytes, 'png', { ...limits, background: WHITE });
  } catch (thrown) {
    if (thrown instanceof ImgpipeError) throw invalid(file, thrown.message);
    throw thrown;
  }
}

function invalid(file: string, why: string): ImgpipeError {
  return new ImgpipeError('config_invalid', `mask: ${file} is not a valid mask: ${why}`);
}
