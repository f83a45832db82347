import type { Thumbnail } from '../workers/pixel-tasks.ts';

/** An LRU cache of thumbnails, or verdicts, by the SHA-256 of their pictures' files. */
export interface ThumbnailCache {
  get(sha256: string): Thumbnail | undefined;
  put(sha256: string, thumbnail: Thumbnail): void;
  clear(): void;
}

/** The approximate size of an entry without its JPEG, in bytes. */
const ENTRY_BYTES = 1000;

/** Creates a cache of at most `maxBytes`. */
export function createThumbnailCache(maxBytes: number): ThumbnailCache {
  // A Map iterates in insertion order: the first key is the least recently used.
  const entries = new Map<string, Thumbnail>();
  let bytes = 0;

  function drop(sha256: string): void {
    const dropped = entries.get(sha256);
    if (dropped === undefined) return;
    entries.delete(sha256);
    bytes -= bytesOf(dropped);
  }

  return {
    get(sha256) {
      const found = entries.get(sha256);
      if (found === undefined) return undefined;
      entries.delete(sha256);
      entries.set(sha256, found);
      return found;
    },
    put(sha256, thumbnail) {
      drop(sha256);
      entries.set(sha256, thumbnail);
      bytes += bytesOf(thumbnail);
      for (const oldest of entries.keys()) {
        if (bytes <= maxBytes) break;
        drop(oldest);
      }
    },
    clear() {
      entries.clear();
      bytes = 0;
    },
  };
}

function bytesOf(thumbnail: Thumbnail): number {
  return ENTRY_BYTES + ('jpeg' in thumbnail ? thumbnail.jpeg.length : 0);
}
