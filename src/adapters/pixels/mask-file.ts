import { maskOf } from '../../analysis/mask.ts';
import { ImgpipeError } from '../../domain/errors.ts';
import { formatOf } from '../../domain/picture-format.ts';
import { WHITE } from './background.ts';
import { decodePicture } from './codec.ts';
import { type Limits, needOf } from './limits.ts';
import { encodePng } from './png/encoder.ts';

/** Checks that a mask file is a picture that decodes and does not mask out every pixel. Throws `config_invalid`. */
export async function checkMask(file: string, bytes: Uint8Array, limits: Limits): Promise<void> {
  const { included } = maskOf(await decode(file, bytes, limits));
  if (!included.includes(1)) throw invalid(file, 'it is all black, which masks out every pixel');
}

/** A checked mask as it is stored: as PNG, without loss. */
export async function storedMask(bytes: Uint8Array, limits: Limits): Promise<Uint8Array> {
  const format = formatOf(bytes);
  return format === 'png' ? bytes : encodePng(await decodePicture(bytes, format, { ...limits, background: WHITE }));
}

async function decode(file: string, bytes: Uint8Array, limits: Limits) {
  try {
    const format = formatOf(bytes);
    needOf(bytes, format, limits);
    return await decodePicture(bytes, format, { ...limits, background: WHITE });
  } catch (thrown) {
    if (thrown instanceof ImgpipeError) throw invalid(file, thrown.message);
    throw thrown;
  }
}

function invalid(file: string, why: string): ImgpipeError {
  return new ImgpipeError('config_invalid', `mask: ${file} is not a valid mask: ${why}`);
}
