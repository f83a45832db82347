import type { Pixels } from '../../analysis/pixels.ts';

/** What was decoded, by the digest of its file, the least recently used going first. */
export interface Cache<T> {
  get(sha256: string): T | undefined;
  put(sha256: string, decoded: T): void;
  clear(): void;
}

export type PictureCache = Cache<Pixels>;

/** Two pictures of 12 megapixels, a reference and an image, and a little more. */
const USUAL_BYTES = 80 * 2 ** 20;

/** A cache of no more than `maxBytes` of pixels, or of one picture alone: the last is the next one's reference. */
export function createPictureCache(maxBytes = USUAL_BYTES): PictureCache {
  return createCache(maxBytes, ({ data }) => data.length);
}

/** A cache of no more than `maxBytes`, or of the last thing alone where that is larger. */
export function createCache<T>(maxBytes: number, bytesOf: (decoded: T) => number): Cache<T> {
  // A Map walks its keys in the order of insertion: the first is the one that was used longest ago.
  const kept = new Map<string, T>();
  let held = 0;

  function drop(sha256: string): void {
    const found = kept.get(sha256);
    if (found === undefined) return;
    held -= bytesOf(found);
    kept.delete(sha256);
  }

  return {
    get(sha256) {
      const found = kept.get(sha256);
      if (found === undefined) return undefined;
      kept.delete(sha256);
      kept.set(sha256, found);
      return found;
    },
    put(sha256, decoded) {
      drop(sha256);
      const bytes = bytesOf(decoded);
      for (const oldest of kept.keys()) {
        if (held + bytes <= maxBytes) break;
        drop(oldest);
      }
      kept.set(sha256, decoded);
      held += bytes;
    },
    clear() {
      kept.clear();
      held = 0;
    },
  };
}
