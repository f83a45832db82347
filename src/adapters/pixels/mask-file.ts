import { ImgpipeError } from '../../domain/errors.ts';
import { formatOf } from '../../domain/picture-format.ts';
import { WHITE } from './background.ts';
import { type DecodeOptions, needOf } from './limits.ts';
import { type PixelExecutor, verdictOnLoss, WorkerLost } from './workers/pixel-executor.ts';
import type { CheckedMask } from './workers/pixel-tasks.ts';

/** How a mask's file is decoded. */
export interface MaskOptions extends DecodeOptions {
  readonly executor: PixelExecutor;
}

/**
 * Checks that a mask file is a picture that decodes and does not mask out every pixel. Resolves with the mask as it is stored:
 * as PNG, without loss. Throws `config_invalid`.
 */
export async function checkedMask(file: string, bytes: Uint8Array, options: MaskOptions): Promise<Uint8Array> {
  const checked = await check(file, bytes, options);
  if ('verdict' in checked) throw invalid(file, checked.verdict.message);
  if (checked.hidesAll) throw invalid(file, 'it is all black, which masks out every pixel');
  return checked.png ?? bytes;
}

async function check(file: string, bytes: Uint8Array, { executor, ...limits }: MaskOptions): Promise<CheckedMask> {
  try {
    const format = formatOf(bytes);
    const { memory } = needOf(bytes, format, limits);
    const options = { ...limits, background: WHITE, acceptsDamage: false };
    return await executor.run(() => ({ kind: 'mask', bytes, format, options }) as const, memory);
  } catch (thrown) {
    if (thrown instanceof WorkerLost) return { verdict: verdictOnLoss(thrown) };
    if (thrown instanceof ImgpipeError) throw invalid(file, thrown.message);
    throw thrown;
  }
}

function invalid(file: string, why: string): ImgpipeError {
  return new ImgpipeError('config_invalid', `mask: ${file} is not a valid mask: ${why}`);
}
