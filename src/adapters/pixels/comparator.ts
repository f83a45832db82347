import { isDeepPair } from '../../analysis/depth.ts';
import { sizeChangeSize } from '../../analysis/difference-image.ts';
import { type Mask, maskOf, maskOfWhole } from '../../analysis/mask.ts';
import type { Pixels } from '../../analysis/pixels.ts';
import { L2 } from '../../analysis/techniques.ts';
import { countDropped } from '../../base/collect-garbage.ts';
import { ImgpipeError } from '../../domain/errors.ts';
import type { DecodeFact } from '../../domain/records.ts';
import type { Comparator, PicturePair, PictureSource } from '../../ports/comparator.ts';
import type { CustomTechnique } from '../../ports/technique.ts';
import { WHITE } from './background.ts';
import { encodeJpeg } from './codec.ts';
import { compareWith } from './custom-comparison.ts';
import { checkMemory, type DecodeOptions, drawingMemory, needOf } from './limits.ts';
import { createPictureCache, type HeldPicture, type PictureCache } from './picture-cache.ts';
import { bytesOf, layOutLike, pixelBytes } from './pixel-memory.ts';
import { INLINE_EXECUTOR, type PixelExecutor, verdictOnLoss, WorkerLost } from './workers/pixel-executor.ts';
import {
  type CompareTask,
  type DrawTask,
  haveSameSize,
  type PixelPair,
  type Verdict,
  verdictOf,
} from './workers/pixel-tasks.ts';

export interface ComparatorOptions extends DecodeOptions {
  /** The cache of decoded pictures; by default the comparator has its own. */
  readonly cache?: PictureCache;
  /** Decodes and compares; by default on the calling thread. */
  readonly executor?: PixelExecutor;
  /** The techniques of the calling program, by id. They run on this thread. */
  readonly techniques?: ReadonlyMap<string, Pick<CustomTechnique, 'measure'>>;
}

/** The size of the mask cache: enough for the masks of several streams, or a single large one. */
const MAX_MASK_BYTES = 16 * 2 ** 20;

/** Smaller files are collected with everything else. */
const LARGE_FILE_BYTES = 2 ** 22;

/** A picture to decode. A mask is laid over white, whatever the background of the images. */
interface Wanted extends PictureSource {
  readonly isMask?: true;
}

/** A decoding in progress. Its result is held once for each waiting caller. */
interface Decoding {
  waiting: number;
  readonly result: Promise<HeldPicture[] | Verdict>;
}

/** Creates a comparator. A picture is decoded once as long as it stays in the cache. */
export function createComparator(options: ComparatorOptions): Comparator {
  const { maxPixels, maxMemory, background, acceptsDamage, techniques } = options;
  const { cache = createPictureCache(), executor = INLINE_EXECUTOR } = options;
  const decodeOptions = { maxPixels, maxMemory, background, acceptsDamage };
  const masks = new Map<string, Mask>();
  let maskBytes = 0;
  const inProgress = new Map<string, Decoding>();
  // Until a picture has been decoded: assume that two fill the cache.
  let latestBytes = cache.maxBytes / 2;

  /** Decodes a picture into the cache. */
  async function decode(picture: Wanted): Promise<HeldPicture | Verdict> {
    const bytes = await picture.read();
    const { format, isMask } = picture;
    const options = isMask ? { ...decodeOptions, background: WHITE, acceptsDamage: false } : decodeOptions;
    let into: Uint8Array | undefined;
    let cached: HeldPicture | undefined;
    try {
      const need = needOf(bytes, format, options);
      const createTask = () => {
        if (executor.needsSharedMemory) into = cache.allocate(need.pixels);
        return { kind: 'decode', bytes, format, options, into } as const;
      };
      const decoded = await executor.run(createTask, need.memory);
      if ('verdict' in decoded) return decoded.verdict;
      latestBytes = need.pixels;
      const { pixels } = decoded;
      cached = cache.put(keyOf(picture), into === undefined ? pixels : { ...pixels, ...layOutLike(pixels, into) });
      return cached;
    } catch (thrown) {
      if (!(thrown instanceof WorkerLost)) return verdictOf(thrown);
      // The lost worker may still write to this memory: do not reuse it.
      into = undefined;
      return verdictOnLoss(thrown);
    } finally {
      if (into !== undefined && cached === undefined) cache.free(into);
      // Once this function has returned.
      if (bytes.length >= LARGE_FILE_BYTES) setImmediate(countDropped, bytes.length);
    }
  }

  /** Returns the decoded picture, held, or the verdict on it. */
  async function hold(picture: Wanted): Promise<HeldPicture | Verdict> {
    const key = keyOf(picture);
    const cached = cache.hold(key);
    if (cached !== undefined) return cached;
    const decoding = inProgress.get(key) ?? startDecoding(picture);
    decoding.waiting += 1;
    const result = await decoding.result;
    return 'code' in result ? result : (result.pop() as HeldPicture);
  }

  function startDecoding(picture: Wanted): Decoding {
    const key = keyOf(picture);
    const decoding: Decoding = {
      waiting: 0,
      result: decode(picture).then(
        (first) => {
          // No await from here to the last hold: no caller can join, and the picture stays in the cache.
          inProgress.delete(key);
          if ('code' in first) return first;
          return [first, ...Array.from({ length: decoding.waiting - 1 }, () => cache.hold(key) ?? first)];
        },
        (thrown) => {
          inProgress.delete(key);
          throw thrown;
        },
      ),
    };
    inProgress.set(key, decoding);
    return decoding;
  }

  /** Passes a picture's pixels to `use`, and holds the picture until that is done. */
  async function withPixels<T>(picture: Wanted, use: (pixels: Pixels) => T | Promise<T>): Promise<T> {
    const found = await hold(picture);
    if ('code' in found) throw new ImgpipeError(found.code, found.message);
    try {
      return await use(found.pixels);
    } finally {
      found.release();
    }
  }

  async function maskFor(image: Pixels, picture: PictureSource | undefined): Promise<Mask | undefined> {
    if (picture === undefined) return undefined;
    let mask = masks.get(picture.sha256);
    if (mask === undefined) {
      mask = await withPixels({ ...picture, isMask: true }, (pixels) => inSharedMemory(maskOf(pixels)));
      if (maskBytes + mask.included.length > MAX_MASK_BYTES) {
        masks.clear();
        maskBytes = 0;
      }
      masks.set(picture.sha256, mask);
      maskBytes += mask.included.length;
    }
    if (mask.width === image.width && mask.height === image.height) return mask;
    const sizes = `the mask is ${mask.width} × ${mask.height} and the picture ${image.width} × ${image.height}`;
    throw new ImgpipeError('mask_differs', `${sizes}: provide a mask of the same size as the picture`);
  }

  /** Decodes two pictures and their mask, and holds them until `use` is done. */
  function withPair<T>(pair: PicturePair, use: (pixels: PixelPair) => Promise<T>): Promise<T> {
    return withPixels(pair.reference, (reference) =>
      withPixels(pair.image, async (image) =>
        use({ reference, image, mask: areaOf(reference, image, await maskFor(image, pair.mask)), maxPixels }),
      ),
    );
  }

  async function run<T extends CompareTask | DrawTask>(task: T) {
    const memory = memoryOf(task);
    checkMemory(bytesOf(task.reference) + bytesOf(task.image) + memory, { maxPixels, maxMemory }, 'comparing it');
    return describingLoss(executor.run(() => task, memory));
  }

  return {
    get atOnce() {
      return Math.max(1, Math.min(executor.atOnce, Math.floor(cache.maxBytes / latestBytes) - 1));
    },

    ready: () => warmUp(executor),

    async inspect(picture): Promise<DecodeFact> {
      const found = await hold(picture);
      if ('code' in found) return { verdict: found.code, detail: found.message };
      const { width, height, notes } = found.pixels;
      found.release();
      return { verdict: 'decodes', width, height, ...(notes && { notes }) };
    },

    async compare(pair, measure, { draw = 'jpg' } = {}) {
      if (pair.reference.sha256 === pair.image.sha256) {
        return { kind: 'unchanged', measurement: 0, regions: null, difference: null };
      }
      const custom = techniques?.get(measure.technique);
      return withPair(pair, (pixels) =>
        custom === undefined
          ? run({ kind: 'compare', ...pixels, ...measure, draw })
          : compareWith(
              custom,
              pixels,
              measure.threshold,
              draw === false ? async () => null : () => run({ kind: 'draw', ...pixels, format: draw }),
            ),
      );
    },

    difference: (pair) => withPair(pair, (pixels) => run({ kind: 'draw', ...pixels, format: 'jpg' })),

    async close() {
      await executor.close();
      cache.clear();
      masks.clear();
    },
  };
}

/** The key of a decoded picture in the cache. */
function keyOf({ sha256, isMask }: Wanted): string {
  return isMask ? `mask ${sha256}` : sha256;
}

/** What is compared of two pictures. */
function areaOf(reference: Pixels, image: Pixels, mask: Mask | undefined): Mask | undefined {
  return haveSameSize({ reference, image }) ? maskOfWhole(reference, image, mask) : mask;
}

function inSharedMemory({ included, ...size }: Mask): Mask {
  const shared = new Uint8Array(new SharedArrayBuffer(included.length));
  shared.set(included);
  return { ...size, included: shared };
}

/**
 * The approximate memory of a comparison besides the two pictures, in bytes: the difference image, and under a mask a copy of
 * the reference.
 */
function memoryOf(pair: PixelPair): number {
  const { reference, image, mask, maxPixels } = pair;
  if (!haveSameSize(pair)) {
    const canvas = sizeChangeSize(reference, image, maxPixels);
    return pixelBytes({ ...canvas, depth: 8 }) + drawingMemory(canvas);
  }
  const depth = isDeepPair(reference, image) ? 16 : 8;
  return drawingMemory(image) + (mask === undefined ? 0 : pixelBytes({ ...image, depth }));
}

async function describingLoss<T>(comparing: Promise<T>): Promise<T> {
  try {
    return await comparing;
  } catch (thrown) {
    if (!(thrown instanceof WorkerLost)) throw thrown;
    const message = thrown.timedOut
      ? 'comparing it takes longer than the limit (max_picture_time)'
      : 'comparing it crashed two workers, probably for lack of memory';
    throw new ImgpipeError('too_large', message, { cause: thrown });
  }
}

const WARM_UP_SIDE = 64;

/** Decodes and compares two small pictures, so that the code is compiled before the first real ones. */
async function warmUp(executor: PixelExecutor): Promise<void> {
  const [width, height] = [WARM_UP_SIDE, WARM_UP_SIDE];
  const data = Uint8Array.from({ length: width * height * 3 }, (_, index) => index % 251);
  const bytes = encodeJpeg({ width, height, data });
  const options = { maxPixels: width * height };
  const decoded = await executor.run(() => ({ kind: 'decode', bytes, format: 'jpg', options }) as const, data.length);
  if ('verdict' in decoded) throw new Error(`the warm-up picture does not decode: ${decoded.verdict.message}`);
  const image = { width, height, data: new Uint8Array(data.length) };
  const measure = { technique: L2.id, threshold: { value: 0, unit: 'levels' } } as const;
  const pair = { reference: decoded.pixels, image, mask: undefined, maxPixels: options.maxPixels };
  await executor.run(() => ({ kind: 'compare', ...pair, ...measure, draw: 'jpg' }) as const, data.length);
}
