import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { readNamed } from '../adapters/files/picture-file.ts';
import { createGeneratedSource } from '../adapters/generated/generated-source.ts';
import { boxedPicture, type PictureBytes } from '../adapters/pixels/boxed-picture.ts';
import { createComparator } from '../adapters/pixels/comparator.ts';
import { needOf } from '../adapters/pixels/limits.ts';
import { checkedMask } from '../adapters/pixels/mask-file.ts';
import type { PictureCache } from '../adapters/pixels/picture-cache.ts';
import { createThumbnails } from '../adapters/pixels/thumbnails/thumbnails.ts';
import { turnPicture } from '../adapters/pixels/turn-picture.ts';
import { INLINE_EXECUTOR, type PixelExecutor } from '../adapters/pixels/workers/pixel-executor.ts';
import { createPixelPool } from '../adapters/pixels/workers/pixel-pool.ts';
import { decodeOptionsOf, maxFileBytes } from '../config/picture-settings.ts';
import type { Config } from '../config/settings.ts';
import { ImgpipeError } from '../domain/errors.ts';
import { sniffFormat } from '../domain/picture-format.ts';
import type { Region } from '../domain/records.ts';
import type { Comparator } from '../ports/comparator.ts';
import type { ImageSource } from '../ports/image-source.ts';
import type { Thumbnails } from '../ports/thumbnails.ts';
import { guarded, type RegisteredTechnique } from './custom-techniques.ts';

/** Everything that needs a codec. It is one module, loaded only when needed, because many small ones take longer to load. */

/** The picture that the generated stream starts from. */
const ORIGINAL = fileURLToPath(new URL('../../image_original/original_image.jpg', import.meta.url));

/** The maximum number of threads that `auto` starts, because each holds a codec's memory. */
const MAX_WORKERS = 4;

/** Pictures up to these sizes are handled in milliseconds whatever they contain, so no time limit is needed. */
const SMALL_FILE_BYTES = 512 * 1024;
const SMALL_PIXEL_BYTES = 3 * 1024 * 1024;

/** A comparator with the configured limits and workers. */
export function openComparator(
  config: Config,
  { cache, techniques = [] }: { cache?: PictureCache; techniques?: readonly RegisteredTechnique[] } = {},
): Comparator {
  return createComparator({
    ...decodeOptionsOf(config),
    ...(cache && { cache }),
    ...pixelExecutor(config),
    techniques: new Map(techniques.map((technique) => [technique.id, guarded(technique, config)])),
  });
}

/** The generated stream; its pictures are decoded once if a comparator shares the cache. */
export function openGeneratedSource(config: Config, cache: PictureCache): ImageSource {
  const { count, interval } = config;
  const turn = (picture: Uint8Array) => turnPicture(picture, { ...decodeOptionsOf(config), cache });
  return createGeneratedSource({ originalPath: ORIGINAL, count, intervalMs: interval, turn });
}

export function openThumbnails(config: Config): Thumbnails {
  return createThumbnails({ ...decodeOptionsOf(config), ...pixelExecutor(config) });
}

/** A copy of a picture with a box around each region, as a JPEG file. */
export async function boxed(config: Config, picture: PictureBytes, regions: readonly Region[]): Promise<Uint8Array> {
  return withExecutorFor(picture.bytes, config, (executor) =>
    boxedPicture(picture, regions, { ...decodeOptionsOf(config), executor }),
  );
}

/** Passes what one picture is decoded with to `use`: a thread of its own, unless it is small. */
async function withExecutorFor<T>(
  bytes: Uint8Array,
  config: Config,
  use: (executor: PixelExecutor) => Promise<T>,
): Promise<T> {
  const { executor = INLINE_EXECUTOR } = pixelExecutor({ ...config, workers: workersFor([bytes], config) });
  try {
    return await use(executor);
  } finally {
    await executor.close();
  }
}

/** One comparison ends before a second thread has started, and one of small pictures before the first has. */
export function workersFor(pictures: readonly Uint8Array[], config: Config): Config['workers'] {
  if (config.workers !== 'auto') return config.workers;
  return pictures.every((bytes) => isSmall(bytes, config)) ? 0 : 1;
}

/** The configured worker threads, unless there are none. */
function pixelExecutor(config: Config): { executor?: PixelExecutor } {
  const workers = config.workers === 'auto' ? Math.min(availableParallelism(), MAX_WORKERS) : config.workers;
  if (workers === 0) return {};
  const { maxMemory } = decodeOptionsOf(config);
  return { executor: createPixelPool({ workers, maxTimeMs: config.maxPictureTime, maxMemory }) };
}

/** The bytes of a file that the user named. Throws `not_found`, `file_unreadable` and `file_too_big`. */
export function readPicture(config: Config, file: string): Promise<Uint8Array> {
  return readNamed(file, maxFileBytes(config));
}

/** Whether a picture is so small that a worker thread, which can be ended, is not needed for it. */
function isSmall(bytes: Uint8Array, config: Config): boolean {
  if (bytes.length > SMALL_FILE_BYTES) return false;
  const format = sniffFormat(bytes);
  if (format === undefined) return true;
  // libwebp is not ours to make promises about.
  if (format === 'webp') return false;
  try {
    return needOf(bytes, format, decodeOptionsOf(config)).pixels <= SMALL_PIXEL_BYTES;
  } catch {
    // The comparator rejects it by its header.
    return true;
  }
}

/** The bytes of a mask's file, and those that are stored of it. */
interface MaskBytes {
  readonly bytes: Uint8Array;
  readonly stored: Uint8Array;
}

/** The configured mask, which has been checked; undefined without one. Throws `config_invalid`. */
export async function maskOf(config: Config): Promise<MaskBytes | undefined> {
  if (config.mask === '') return undefined;
  let bytes: Uint8Array;
  try {
    bytes = await readPicture(config, config.mask);
  } catch (thrown) {
    if (!(thrown instanceof ImgpipeError)) throw thrown;
    throw new ImgpipeError('config_invalid', `mask: ${thrown.message}`, { cause: thrown });
  }
  const stored = await withExecutorFor(bytes, config, (executor) =>
    checkedMask(config.mask, bytes, { ...decodeOptionsOf(config), executor }),
  );
  return { bytes, stored };
}
