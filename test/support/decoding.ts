import { decodePicture } from '../../src/adapters/pixels/codec.ts';
import { ImgpipeError } from '../../src/domain/errors.ts';
import type { PictureFile } from './bad-pictures.ts';

export type Outcome = 'decoded' | 'undecodable' | 'too_large';

/** More CPU time than any picture within the limits needs. Unlike elapsed time, it does not depend on other processes. */
const MAX_CPU_MS = 5_000;

/** Decodes a file. Throws an error with its name on any other outcome, or if it takes too long. */
export async function outcomeOf({ name, format, bytes }: PictureFile): Promise<Outcome> {
  const begin = process.cpuUsage();
  const outcome = await decodePicture(bytes, format, { maxPixels: 64e6 }).then(
    ({ width, height, data }) => {
      if (data.length !== width * height * 3) throw new Error(`${name}: ${data.length} bytes, ${width} × ${height}`);
      return 'decoded' as const;
    },
    (thrown: unknown) => {
      if (thrown instanceof ImgpipeError && (thrown.code === 'undecodable' || thrown.code === 'too_large')) {
        return thrown.code;
      }
      throw new Error(`${name}: ${String(thrown)}`, { cause: thrown });
    },
  );
  const { user, system } = process.cpuUsage(begin);
  const cpuMs = (user + system) / 1000;
  if (cpuMs > MAX_CPU_MS) throw new Error(`${name}: ${outcome} after ${Math.round(cpuMs)} ms`);
  return outcome;
}
