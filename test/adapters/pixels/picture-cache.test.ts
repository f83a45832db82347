import { describe, expect, it } from 'vitest';
import { createPictureCache, type PictureCache } from '../../../src/adapters/pixels/picture-cache.ts';
import { createPixelMemory } from '../../../src/adapters/pixels/pixel-memory.ts';

const picture = (pixels: number, data: Uint8Array = new Uint8Array(pixels * 3)) => ({ width: pixels, height: 1, data });

/** Which of these it has; to look is to use. */
function has(cache: PictureCache, ...names: string[]): string[] {
  return names.filter((name) => {
    const held = cache.hold(name);
    held?.release();
    return held !== undefined;
  });
}

describe('decoded pictures', () => {
  it('leave the cache in the order of their last use, and never fill it beyond its bound or one of them', () => {
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

  it('keep their memory while somebody holds them, and give it back once', () => {
    const cache = createPictureCache(30);
    const first = cache.take(24);
    const held = cache.put('a', picture(8, first));
    const again = cache.hold('a');
    cache.put('b', picture(8)).release();
    expect(has(cache, 'a')).toEqual([]);
    held.release();
    held.release();
    expect(cache.take(24).buffer).not.toBe(first.buffer);
    again?.release();
    expect(cache.take(24).buffer).toBe(first.buffer);
    expect(cache.take(24).buffer).not.toBe(first.buffer);
  });

  it('are another picture’s under the same name once they are put again', () => {
    const cache = createPictureCache(100);
    const old = cache.put('a', picture(2));
    cache.put('a', picture(3)).release();
    const held = cache.hold('a');
    expect([old.pixels.width, held?.pixels.width]).toEqual([2, 3]);
  });
});

describe('memory for pixels', () => {
  it('is shared, has the length that is asked for, and is given out again for about that length', () => {
    const memory = createPixelMemory(10_000);
    const taken = memory.take(1001);
    expect(taken).toHaveLength(1001);
    expect(taken.buffer).toBeInstanceOf(SharedArrayBuffer);
    memory.giveBack(taken);
    expect(memory.take(500).buffer).not.toBe(taken.buffer);
    const again = memory.take(990);
    expect(again.buffer).toBe(taken.buffer);
    expect(again).toHaveLength(990);
  });

  it('that nobody uses is kept up to a bound, and what is another’s not at all', () => {
    const memory = createPixelMemory(1500);
    const [one, two] = [memory.take(1000), memory.take(1000)];
    memory.giveBack(one);
    memory.giveBack(two);
    memory.giveBack(new Uint8Array(new SharedArrayBuffer(100)));
    expect(memory.take(1000).buffer).toBe(one.buffer);
    expect(memory.take(1000).buffer).not.toBe(two.buffer);
    expect(memory.take(100).buffer.byteLength).toBe(104);
  });

  it('is not more than an eighth larger than what is asked for', () => {
    const memory = createPixelMemory(0);
    for (const length of [1, 7, 8, 9, 367_500, 6_220_800, 36_000_000]) {
      const { byteLength } = memory.take(length).buffer;
      expect(byteLength >= length && byteLength <= length * 1.125 + 1).toBe(true);
    }
  });
});
