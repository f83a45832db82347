import { describe, expect, it } from 'vitest';
import { createPictureCache, type PictureCache } from '../../../src/adapters/pixels/picture-cache.ts';
import { createPixelMemory } from '../../../src/adapters/pixels/pixel-memory.ts';

const picture = (pixels: number, data: Uint8Array = new Uint8Array(pixels * 3)) => ({ width: pixels, height: 1, data });

/** Which of these pictures are cached. This counts as using them. */
function has(cache: PictureCache, ...names: string[]): string[] {
  return names.filter((name) => {
    const held = cache.hold(name);
    held?.release();
    return held !== undefined;
  });
}

describe('the picture cache', () => {
  it('evicts the least recently used pictures, and exceeds its capacity only for a single one', () => {
    const cache = createPictureCache(30);
    const put = (name: string, pixels: number) => cache.put(name, picture(pixels)).release();
    put('a', 4);
    put('b', 4);
    expect(has(cache, 'a')).toEqual(['a']);
    put('c', 4);
    expect(has(cache, 'a', 'b', 'c')).toEqual(['a', 'c']);
    put('huge', 11);
    expect(has(cache, 'a', 'b', 'c', 'huge')).toEqual(['huge']);
    put('d', 6);
    put('e', 4);
    expect(has(cache, 'huge', 'd', 'e')).toEqual(['d', 'e']);
    cache.clear();
    expect(has(cache, 'd', 'e')).toEqual([]);
  });

  it('keeps the memory of held pictures, and frees it once', () => {
    const cache = createPictureCache(30);
    const first = cache.allocate(24);
    const held = cache.put('a', picture(8, first));
    const again = cache.hold('a');
    cache.put('b', picture(8)).release();
    expect(has(cache, 'a')).toEqual([]);
    held.release();
    held.release();
    expect(cache.allocate(24).buffer).not.toBe(first.buffer);
    again?.release();
    expect(cache.allocate(24).buffer).toBe(first.buffer);
    expect(cache.allocate(24).buffer).not.toBe(first.buffer);
  });

  it('replaces a picture that is added again', () => {
    const cache = createPictureCache(100);
    const old = cache.put('a', picture(2));
    cache.put('a', picture(3)).release();
    const held = cache.hold('a');
    expect([old.pixels.width, held?.pixels.width]).toEqual([2, 3]);
  });
});

describe('the pixel memory', () => {
  it('is shared, has the requested length, and is reused for similar lengths', () => {
    const memory = createPixelMemory(() => 10_000);
    const allocated = memory.allocate(1001);
    expect(allocated).toHaveLength(1001);
    expect(allocated.buffer).toBeInstanceOf(SharedArrayBuffer);
    memory.free(allocated);
    expect(memory.allocate(500).buffer).not.toBe(allocated.buffer);
    const again = memory.allocate(990);
    expect(again.buffer).toBe(allocated.buffer);
    expect(again).toHaveLength(990);
  });

  it('keeps unused buffers up to a limit, and ignores foreign ones', () => {
    const memory = createPixelMemory(() => 1500);
    const [one, two] = [memory.allocate(1000), memory.allocate(1000)];
    memory.free(one);
    memory.free(two);
    memory.free(new Uint8Array(new SharedArrayBuffer(100)));
    expect(memory.allocate(1000).buffer).toBe(one.buffer);
    expect(memory.allocate(1000).buffer).not.toBe(two.buffer);
    expect(memory.allocate(100).buffer.byteLength).toBe(104);
  });

  it('allocates at most an eighth more than requested', () => {
    const memory = createPixelMemory(() => 0);
    for (const length of [1, 7, 8, 9, 367_500, 6_220_800, 36_000_000]) {
      const { byteLength } = memory.allocate(length).buffer;
      expect(byteLength >= length && byteLength <= length * 1.125 + 1).toBe(true);
    }
  });
});
