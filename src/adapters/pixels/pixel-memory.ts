/**
 * Memory for pixels that every thread sees, given out again as it comes back: what threads share is collected only once
 * all of them have looked for garbage, and that may take until there is none left.
 */
export interface PixelMemory {
  take(bytes: number): Uint8Array;
  /** What was not taken here is left to the garbage. */
  giveBack(data: Uint8Array): void;
  clear(): void;
}

/** Keeps no more than so many bytes that nobody uses. */
export function createPixelMemory(maxUnused: number): PixelMemory {
  const ours = new WeakSet<ArrayBufferLike>();
  const unused = new Map<number, SharedArrayBuffer[]>();
  let bytes = 0;

  return {
    take(length) {
      const size = roundedUp(length);
      let buffer = unused.get(size)?.pop();
      if (buffer === undefined) {
        buffer = new SharedArrayBuffer(size);
        ours.add(buffer);
      } else {
        bytes -= size;
      }
      return new Uint8Array(buffer, 0, length);
    },
    giveBack({ buffer }) {
      if (!(buffer instanceof SharedArrayBuffer) || !ours.has(buffer)) return;
      const size = buffer.byteLength;
      if (bytes + size > maxUnused) return;
      unused.set(size, [...(unused.get(size) ?? []), buffer]);
      bytes += size;
    },
    clear() {
      unused.clear();
      bytes = 0;
    },
  };
}

/** In steps of an eighth of a power of two, so that pictures of about one size use the same memory. */
function roundedUp(length: number): number {
  const step = 2 ** Math.max(0, Math.floor(Math.log2(Math.max(1, length))) - 3);
  return Math.ceil(length / step) * step;
}
