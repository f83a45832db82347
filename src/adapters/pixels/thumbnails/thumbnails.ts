import { ImgpipeError, Stopped } from '../../../domain/errors.ts';
import type { PictureSource } from '../../../ports/comparator.ts';
import type { Thumbnails } from '../../../ports/thumbnails.ts';
import { needOf } from '../decoding-need.ts';
import type { Limits } from '../limits.ts';
import { createMemoryGate } from '../workers/memory-gate.ts';
import { INLINE_EXECUTOR, lostOn, type PixelExecutor, WorkerLost } from '../workers/pixel-executor.ts';
import { type Thumbnail, type ThumbnailTask, type Verdict, verdictOf } from '../workers/pixel-tasks.ts';
import { createThumbnailCache } from './thumbnail-cache.ts';

export interface ThumbnailsOptions extends Limits {
  /** Who decodes and shrinks: this thread unless told otherwise. */
  readonly work?: PixelExecutor;
  /** The longest side in pixels. */
  readonly side?: number;
  /** How many bytes of finished ones are kept. */
  readonly maxBytes?: number;
}

const SIDE = 240;
const DEFAULT_BYTES = 32e6;

/** Makes thumbnails, each once while it is kept; what is wrong with a picture is kept like one. */
export function createThumbnails(options: ThumbnailsOptions): Thumbnails {
  const { maxPixels, maxMemory, work = INLINE_EXECUTOR, side = SIDE, maxBytes = DEFAULT_BYTES } = options;
  const limits = { maxPixels, maxMemory };
  const made = createThumbnailCache(maxBytes);
  const underWay = new Map<string, Promise<Thumbnail>>();
  // However many are asked for, the files of so many are in memory.
  const turns = createMemoryGate({ pieces: work.atOnce, bytes: 0 });
  let closed = false;

  function stopIfClosed(): void {
    if (closed) throw new Stopped();
  }

  async function make(picture: PictureSource): Promise<Thumbnail> {
    stopIfClosed();
    const bytes = await picture.read();
    stopIfClosed();
    const { format } = picture;
    const task: ThumbnailTask = { kind: 'thumbnail', bytes, format, limits, side };
    try {
      return await work.perform(() => task, needOf(bytes, format, limits).memory);
    } catch (thrown) {
      return { verdict: verdictOn(thrown) };
    }
  }

  function begin(picture: PictureSource): Promise<Thumbnail> {
    const { sha256 } = picture;
    const making = turns
      .within(0, () => make(picture))
      .then((thumbnail) => {
        made.put(sha256, thumbnail);
        return thumbnail;
      })
      .finally(() => underWay.delete(sha256));
    underWay.set(sha256, making);
    return making;
  }

  return {
    async of(picture) {
      const { sha256 } = picture;
      const thumbnail = made.get(sha256) ?? (await (underWay.get(sha256) ?? begin(picture)));
      if ('jpeg' in thumbnail) return thumbnail.jpeg;
      const { code, message } = thumbnail.verdict;
      throw new ImgpipeError(code, message);
    },

    async close() {
      closed = true;
      await work.close();
      made.clear();
    },
  };
}

function verdictOn(thrown: unknown): Verdict {
  return thrown instanceof WorkerLost ? lostOn(thrown) : verdictOf(thrown);
}
