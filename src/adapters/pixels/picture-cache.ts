import type { Pixels } from '../../analysis/pixels.ts';
import { createPixelMemory } from './pixel-memory.ts';

/** A decoded picture that stays as it is until it is released; whoever holds it releases it once. */
export interface HeldPicture {
  readonly pixels: Pixels;
  release(): void;
}

/** Decoded pictures by the digest of their files, the least recently used going first. */
export interface PictureCache {
  /** How many bytes of pixels it keeps at the most, but for the last picture, which it always keeps. */
  readonly maxBytes: number;
  /** The picture, if it is there. */
  hold(sha256: string): HeldPicture | undefined;
  /** Keeps a picture, which is held from the start. */
  put(sha256: string, pixels: Pixels): HeldPicture;
  /** Memory for a picture's bytes that all threads see. What was taken is put, or given back. */
  take(bytes: number): Uint8Array;
  giveBack(data: Uint8Array): void;
  clear(): void;
}

/** Two pictures of 12 megapixels, a reference and an image, and a little more. */
const DEFAULT_BYTES = 80 * 2 ** 20;

interface Entry {
  readonly pixels: Pixels;
  holds: number;
  kept: boolean;
}

export function createPictureCache(maxBytes = DEFAULT_BYTES): PictureCache {
  const memory = createPixelMemory(maxBytes);
  // A Map walks its keys in the order of insertion: the first is the one that was used longest ago.
  const entries = new Map<string, Entry>();
  let bytes = 0;

  function holdOn(entry: Entry): HeldPicture {
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

  function freeUnused({ pixels, holds, kept }: Entry): void {
    if (!kept && holds === 0) memory.giveBack(pixels.data);
  }

  function drop(sha256: string): void {
    const entry = entries.get(sha256);
    if (entry === undefined) return;
    entries.delete(sha256);
    entry.kept = false;
    bytes -= entry.pixels.data.length;
    freeUnused(entry);
  }

  /** Drops those that were not used for longest, but for the last so many. */
  function makeRoom(wanted: number, butFor = 0): void {
    for (const oldest of entries.keys()) {
      if (bytes + wanted <= maxBytes || entries.size <= butFor) break;
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
      return holdOn(entry);
    },
    put(sha256, pixels) {
      drop(sha256);
      makeRoom(pixels.data.length);
      const entry = { pixels, holds: 0, kept: true };
      entries.set(sha256, entry);
      bytes += pixels.data.length;
      return holdOn(entry);
    },
    take(length) {
      makeRoom(length, 1);
      return memory.take(length);
    },
    giveBack: memory.giveBack,
    clear() {
      for (const sha256 of [...entries.keys()]) drop(sha256);
      memory.clear();
    },
  };
}
