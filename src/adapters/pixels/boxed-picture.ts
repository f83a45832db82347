import { ImgpipeError } from '../../domain/errors.ts';
import type { PictureFormat, Region } from '../../domain/records.ts';
import { type DecodeOptions, needOf } from './limits.ts';
import { type PixelExecutor, verdictOnLoss, WorkerLost } from './workers/pixel-executor.ts';
import type { Thumbnail } from './workers/pixel-tasks.ts';

export interface PictureBytes {
  readonly bytes: Uint8Array;
  readonly format: PictureFormat;
}

export interface BoxOptions extends DecodeOptions {
  readonly executor: PixelExecutor;
}

/** A copy of a picture with a box around each region, as a JPEG file. Throws `undecodable` or `too_large`. */
export async function boxedPicture(
  { bytes, format }: PictureBytes,
  regions: readonly Region[],
  { executor, ...options }: BoxOptions,
): Promise<Uint8Array> {
  const { memory } = needOf(bytes, format, options);
  const task = { kind: 'box', bytes, format, options, regions } as const;
  const drawn = await executor
    .run(() => task, memory)
    .catch((thrown: unknown): Thumbnail => {
      if (thrown instanceof WorkerLost) return { verdict: verdictOnLoss(thrown) };
      throw thrown;
    });
  if ('verdict' in drawn) throw new ImgpipeError(drawn.verdict.code, drawn.verdict.message);
  return drawn.jpeg;
}
