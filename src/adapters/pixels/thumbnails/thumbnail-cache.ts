import type { Thumbnail } from '../workers/pixel-tasks.ts';

/** Thumbnails, and why there are none, by the digest of their pictures' files; the least recently used goes first. */
export interface ThumbnailCache {
  get(sha256: string): Thumbnail | undefined;
  put(sha256: string, thumbnail: Thumbnail): void;
  clear(): void;
}

/** About what each takes besides its file: a digest, some words, and its place. */
const BESIDES = 1000;

/** Keeps no more than so many bytes. */
export function createThumbnailCache(maxBytes: number): ThumbnailCache {
  // A Map walks its keys in the order of insertion: the first is the one that was used longest ago.
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
  return BESIDES + ('jpeg' in thumbnail ? thumbnail.jpeg.length : 0);
}
