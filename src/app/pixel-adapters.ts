import { availableParallelism } from 'node:os';
import { readNamed } from '../adapters/files/picture-file.ts';
import type { PictureCache } from '../adapters/pixels/picture-cache.ts';
import type { PixelExecutor } from '../adapters/pixels/workers/pixel-executor.ts';
import type { Config } from '../config/settings.ts';
import { ImgpipeError } from '../domain/errors.ts';
import { sniffFormat } from '../domain/picture-format.ts';
import type { Comparator } from '../ports/comparator.ts';
import { guarded, type RegisteredTechnique } from './custom-techniques.ts';
import { limitsOf, maxFileBytes } from './picture-limits.ts';

/** The most threads that `auto` starts, because each holds a codec's memory. */
const MAX_WORKERS = 4;

/** Pictures up to these sizes are handled in milliseconds whatever they contain, so no time limit is needed. */
const SMALL_FILE_BYTES = 512 * 1024;
const SMALL_PIXEL_BYTES = 3 * 1024 * 1024;

/** A comparator with the configured limits and workers. */
export async function openComparator(
  config: Config,
  { cache, techniques = [] }: { cache?: PictureCache; techniques?: readonly RegisteredTechnique[] } = {},
): Promise<Comparator> {
  const { createComparator } = await import('../adapters/pixels/comparator.ts');
  return createComparator({
    ...limitsOf(config),
    ...(cache && { cache }),
    ...(await pixelWork(config)),
    techniques: new Map(techniques.map((technique) => [technique.id, guarded(technique, config)])),
  });
}

/** The configured worker threads, unless there are none. */
export async function pixelWork(config: Config): Promise<{ executor?: PixelExecutor }> {
  const workers = config.workers === 'auto' ? Math.min(availableParallelism(), MAX_WORKERS) : config.workers;
  if (workers === 0) return {};
  const { createPixelPool } = await import('../adapters/pixels/workers/pixel-pool.ts');
  return { executor: createPixelPool({ workers, maxTimeMs: config.maxPictureTime }) };
}

/** The bytes of a file that the user named. Throws `not_found`, `file_unreadable` and `file_too_big`. */
export function readPicture(config: Config, file: string): Promise<Uint8Array> {
  return readNamed(file, maxFileBytes(config));
}

/** Whether a picture is so small that a worker thread, which can be ended, is not needed for it. */
export async function isSmall(bytes: Uint8Array, config: Config): Promise<boolean> {
  if (bytes.length > SMALL_FILE_BYTES) return false;
  const format = sniffFormat(bytes);
  if (format === undefined) return true;
  const { needOf } = await import('../adapters/pixels/decoding-need.ts');
  try {
    return needOf(bytes, format, limitsOf(config)).pixels <= SMALL_PIXEL_BYTES;
  } catch {
    // It is refused by its header.
    return true;
  }
}

/** The configured mask's bytes (see `Adapters`). */
export async function maskOf(config: Config): Promise<Uint8Array | undefined> {
  if (config.mask === '') return undefined;
  const { checkMask } = await import('../adapters/pixels/mask-file.ts');
  let bytes: Uint8Array;
  try {
    bytes = await readPicture(config, config.mask);
  } catch (thrown) {
    if (!(thrown instanceof ImgpipeError)) throw thrown;
    throw new ImgpipeError('config_invalid', `mask: ${thrown.message}`, { cause: thrown });
  }
  await checkMask(config.mask, bytes, limitsOf(config));
  return bytes;
}
