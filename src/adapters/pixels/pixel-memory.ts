import type { Pixels } from '../../analysis/pixels.ts';
import { collectGarbage } from '../../base/collect-garbage.ts';

/** Allocates memory for the pixels of a picture, in bytes. Its contents are undefined. */
export type Allocator = (bytes: number) => Uint8Array;

export const allocateNew: Allocator = (bytes) => new Uint8Array(bytes);

/** The size of a picture, and how many bits its samples have. */
export interface PixelLayout {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
}

/** The pixels of a picture without its size. */
type Samples = Pick<Pixels, 'data' | 'samples16'>;

/** The memory for a picture's pixels, in bytes: 3 for each pixel, and 6 more for samples of over 8 bits. */
export function pixelBytes({ width, height, depth }: PixelLayout): number {
  return width * height * (depth > 8 ? 9 : 3);
}

/** Divides memory of `pixelBytes` among the arrays of a picture. */
export function layOut(memory: Uint8Array, { width, height, depth }: PixelLayout): Samples {
  if (depth <= 8) return { data: memory };
  const count = width * height * 3;
  const samples16 = new Uint16Array(memory.buffer, memory.byteOffset, count);
  return { samples16, data: memory.subarray(2 * count) };
}

/** The memory that a picture's pixels occupy, in bytes. */
export function bytesOf({ data, samples16 }: Samples): number {
  return data.length + (samples16?.byteLength ?? 0);
}

/** Divides memory as that of a picture of the same size and depth is divided. */
export function layOutLike({ width, height, samples16 }: Pixels, memory: Uint8Array): Samples {
  return layOut(memory, { width, height, depth: samples16 === undefined ? 8 : 16 });
}

/** Makes the arrays of a picture of the same size and depth in memory that is allocated for it. */
export function makeWith(allocate: Allocator): (like: Pixels) => Samples {
  return (like) => layOutLike(like, allocate(bytesOf(like)));
}

/**
 * A pool of shared memory for pixels. Buffers are reused, because shared memory is freed only after all threads have
 * collected garbage, and that may be too late.
 */
export interface PixelMemory {
  allocate(bytes: number): Uint8Array;
  /** Returns a buffer to the pool. Memory that is not the pool's is ignored. */
  free(data: Uint8Array): void;
  clear(): void;
}

/** Before a buffer of this size is made, all that are unused are freed. */
const LARGE_BYTES = 24e6;

/** Creates a pool that keeps unused buffers: one, or several of at most `maxUnused()` bytes together. */
export function createPixelMemory(maxUnused: () => number): PixelMemory {
  const own = new WeakSet<ArrayBufferLike>();
  const unused = new Map<number, SharedArrayBuffer[]>();
  let bytes = 0;

  function freeAll(): void {
    unused.clear();
    bytes = 0;
    collectGarbage();
  }

  return {
    allocate(length) {
      const size = roundedUp(length);
      let buffer = unused.get(size)?.pop();
      if (buffer === undefined) {
        if (size >= LARGE_BYTES) freeAll();
        buffer = new SharedArrayBuffer(size);
        own.add(buffer);
      } else {
        bytes -= size;
      }
      return new Uint8Array(buffer, 0, length);
    },
    free({ buffer }) {
      if (!(buffer instanceof SharedArrayBuffer) || !own.has(buffer)) return;
      const size = buffer.byteLength;
      if (bytes > 0 && bytes + size > maxUnused()) return;
      unused.set(size, [...(unused.get(size) ?? []), buffer]);
      bytes += size;
    },
    clear() {
      unused.clear();
      bytes = 0;
    },
  };
}

/** Rounds up in steps of an eighth of a power of two, so that pictures of similar size can share buffers. */
function roundedUp(length: number): number {
  const step = 2 ** Math.max(0, Math.floor(Math.log2(Math.max(1, length))) - 3);
  return Math.ceil(length / step) * step;
}
