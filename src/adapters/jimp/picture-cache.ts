import type { Pixels } from '../../analysis/pixels.ts';

/** Decoded pictures by the digest of their files, the least recently used going first. */
export interface PictureCache {
  get(sha256: string): Pixels | undefined;
  /** Keeps a picture, or not: one that is bigger than the whole cache is passed over. */
  put(sha256: string, pixels: Pixels): void;
  clear(): void;
}

/** Two pictures of 12 megapixels, a reference and an image, and a little more. */
const USUAL_BYTES = 80 * 2 ** 20;

/** A cache that never holds more than `maxBytes` of pixels. */
export function createPictureCache(maxBytes = USUAL_BYTES): PictureCache {
  // A Map walks its keys in the order of insertion: the first is the one that was used longest ago.
  const pictures = new Map<string, Pixels>();
  let held = 0;

  function drop(sha256: string): void {
    held -= pictures.get(sha256)?.data.length ?? 0;
    pictures.delete(sha256);
  }

  return {
    get(sha256) {
      const found = pictures.get(sha256);
      if (!found) return undefined;
      pictures.delete(sha256);
      pictures.set(sha256, found);
      return found;
    },
    put(sha256, pixels) {
      drop(sha256);
      if (pixels.data.length > maxBytes) return;
      for (const oldest of pictures.keys()) {
        if (held + pixels.data.length <= maxBytes) break;
        drop(oldest);
      }
      pictures.set(sha256, pixels);
      held += pixels.data.length;
    },
    clear() {
      pictures.clear();
      held = 0;
    },
  };
}
