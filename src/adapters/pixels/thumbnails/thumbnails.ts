import { ImgpipeError, Stopped } from '../../../domain/errors.ts';
import type { ShownPicture, Thumbnails } from '../../../ports/thumbnails.ts';
import { type DecodeOptions, needOf } from '../limits.ts';
import { createMemoryGate } from '../workers/memory-gate.ts';
import { INLINE_EXECUTOR, type PixelExecutor, verdictOnLoss, WorkerLost } from '../workers/pixel-executor.ts';
import {
  type ConvertTask,
  type ResultOf,
  type Thumbnail,
  type ThumbnailTask,
  type Verdict,
  verdictOf,
} from '../workers/pixel-tasks.ts';
import { createThumbnailCache } from './thumbnail-cache.ts';

export interface ThumbnailsOptions extends DecodeOptions {
  /** Decodes and scales; by default on the calling thread. */
  readonly executor?: PixelExecutor;
  /** The maximum width and height in pixels. */
  readonly side?: number;
  /** The size of the cache in bytes. */
  readonly maxBytes?: number;
}

const DEFAULT_SIDE = 240;
const DEFAULT_BYTES = 32e6;

/** Creates thumbnails on demand and caches them. A verdict on a picture is cached as well. */
export function createThumbnails(options: ThumbnailsOptions): Thumbnails {
  const { maxPixels, maxMemory, background, executor = INLINE_EXECUTOR } = options;
  const { side = DEFAULT_SIDE, maxBytes = DEFAULT_BYTES } = options;
  const optionsFor = ({ acceptsDamage }: ShownPicture) => ({ maxPixels, maxMemory, background, acceptsDamage });
  const cache = createThumbnailCache(maxBytes);
  const inProgress = new Map<string, Promise<Thumbnail>>();
  // Bounds the number of picture files in memory.
  const gate = createMemoryGate({ tasks: executor.atOnce, bytes: 0 });
  let closed = false;

  function stopIfClosed(): void {
    if (closed) throw new Stopped();
  }

  /** Runs a task on a picture's bytes. */
  async function run<T extends ThumbnailTask | ConvertTask>(
    picture: ShownPicture,
    taskOf: (encoded: Pick<T, 'bytes' | 'format' | 'options'>) => T,
  ): Promise<ResultOf<T> | { readonly verdict: Verdict }> {
    stopIfClosed();
    const bytes = await picture.read();
    stopIfClosed();
    const { format } = picture;
    const options = optionsFor(picture);
    const task = taskOf({ bytes, format, options });
    try {
      return await executor.run(() => task, needOf(bytes, format, options).memory);
    } catch (thrown) {
      return { verdict: verdictOn(thrown) };
    }
  }

  function start(picture: ShownPicture): Promise<Thumbnail> {
    const { sha256 } = picture;
    const result = gate
      .run(0, () => run<ThumbnailTask>(picture, (encoded) => ({ kind: 'thumbnail', ...encoded, side })))
      .then((thumbnail) => {
        cache.put(sha256, thumbnail);
        return thumbnail;
      })
      .finally(() => inProgress.delete(sha256));
    inProgress.set(sha256, result);
    return result;
  }

  return {
    async of(picture) {
      const { sha256 } = picture;
      const thumbnail = cache.get(sha256) ?? (await (inProgress.get(sha256) ?? start(picture)));
      if ('jpeg' in thumbnail) return thumbnail.jpeg;
      throw errorOf(thumbnail.verdict);
    },

    async png(picture, beside) {
      const converted = await gate.run(0, async () => {
        const other = beside && {
          bytes: await beside.read(),
          format: beside.format,
          options: optionsFor(beside),
        };
        return run<ConvertTask>(picture, (encoded) => ({ kind: 'convert', ...encoded, beside: other }));
      });
      if ('verdict' in converted) throw errorOf(converted.verdict);
      return converted.png;
    },

    async close() {
      closed = true;
      await executor.close();
      cache.clear();
    },
  };
}

function errorOf({ code, message }: Verdict): ImgpipeError {
  return new ImgpipeError(code, message);
}

function verdictOn(thrown: unknown): Verdict {
  return thrown instanceof WorkerLost ? verdictOnLoss(thrown) : verdictOf(thrown);
}
