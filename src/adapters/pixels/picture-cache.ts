import type { Pixels } from '../../analysis/pixels.ts';
import { bytesOf, createPixelMemory } from './pixel-memory.ts';

/** A decoded picture whose memory is not reused until each holder has released it once. */
export interface HeldPicture {
  readonly pixels: Pixels;
  release(): void;
}

/** An LRU cache of decoded pictures, by the SHA-256 of their files. */
export interface PictureCache {
  /** The capacity in bytes of pixels. The latest picture is kept even if it is larger. */
  readonly maxBytes: number;
  /** Returns a cached picture and holds it. */
  hold(sha256: string): HeldPicture | undefined;
  /** Adds a picture and holds it. */
  put(sha256: string, pixels: Pixels): HeldPicture;
  /** Allocates shared memory for a picture's pixels. The caller must pass it to `put` or `free`. */
  allocate(bytes: number): Uint8Array;
  free(data: Uint8Array): void;
  clear(): void;
}

/** A reference and an image of 12 megapixels, and a little more. */
const DEFAULT_BYTES = 80 * 2 ** 20;

interface Entry {
  readonly pixels: Pixels;
  holds: number;
  isCached: boolean;
}

export function createPictureCache(maxBytes = DEFAULT_BYTES): PictureCache {
  // A Map iterates in insertion order: the first key is the least recently used.
  const entries = new Map<string, Entry>();
  let bytes = 0;
  const memory = createPixelMemory(() => maxBytes - bytes);

  function hold(entry: Entry): HeldPicture {
    entry.holds += 1;
    let released = false;
    return {
      pixels: entry.pixels,
      release() {
        if (released) return;
        released = true;
        entry.holds -= 1;
        freeUnused(entry);
      },
    };
  }

  function freeUnused({ pixels, holds, isCached }: Entry): void {
    if (!isCached && holds === 0) memory.free(pixels.data);
  }

  function drop(sha256: string): void {
    const entry = entries.get(sha256);
    if (entry === undefined) return;
    entries.delete(sha256);
    entry.isCached = false;
    bytes -= bytesOf(entry.pixels);
    freeUnused(entry);
  }

  /** Evicts the least recently used pictures until there is space, except for the last `keep`. */
  function evict(wanted: number, keep = 0): void {
    for (const oldest of entries.keys()) {
      if (bytes + wanted <= maxBytes || entries.size <= keep) break;
      drop(oldest);
    }
  }

  return {
    maxBytes,
    hold(sha256) {
      const entry = entries.get(sha256);
      if (entry === undefined) return undefined;
      entries.delete(sha256);
      entries.set(sha256, entry);
      return hold(entry);
    },
    put(sha256, pixels) {
      drop(sha256);
      evict(bytesOf(pixels));
      const entry = { pixels, holds: 0, isCached: true };
      entries.set(sha256, entry);
      bytes += bytesOf(pixels);
      return hold(entry);
    },
    allocate(length) {
      evict(length, 1);
      return memory.allocate(length);
    },
    free: memory.free,
    clear() {
      for (const sha256 of [...entries.keys()]) drop(sha256);
      memory.clear();
    },
  };
}
