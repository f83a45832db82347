import { describe, expect, it } from 'vitest';
import { createThumbnailCache } from '../../../../src/adapters/pixels/thumbnails/thumbnail-cache.ts';

function jpeg(bytes: number) {
  return { jpeg: new Uint8Array(bytes) };
}

const DAMAGED = { verdict: { code: 'undecodable', message: 'it is damaged' } } as const;

describe('the cache of thumbnails', () => {
  it('keeps as many bytes as it may, each with a thousand for its place', () => {
    const cache = createThumbnailCache(6000);
    cache.put('a', jpeg(2000));
    cache.put('b', jpeg(2000));
    expect([cache.get('a'), cache.get('b')]).toEqual([jpeg(2000), jpeg(2000)]);
    cache.put('c', jpeg(0));
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([undefined, jpeg(2000), jpeg(0)]);
  });

  it('drops what was not used for longest', () => {
    const cache = createThumbnailCache(6000);
    cache.put('a', jpeg(2000));
    cache.put('b', jpeg(2000));
    cache.get('a');
    cache.put('c', jpeg(2000));
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([jpeg(2000), undefined, jpeg(2000)]);
  });

  it('is bounded for failures too', () => {
    const cache = createThumbnailCache(3000);
    for (let index = 0; index < 10; index++) cache.put(String(index), DAMAGED);
    const kept = Array.from({ length: 10 }, (_, index) => cache.get(String(index)));
    expect(kept.map((entry) => entry === DAMAGED)).toEqual([...Array(7).fill(false), true, true, true]);
  });

  it('counts what is put again once', () => {
    const cache = createThumbnailCache(6000);
    cache.put('a', jpeg(2000));
    for (let times = 0; times < 5; times++) cache.put('b', jpeg(2000));
    expect(cache.get('a')).toEqual(jpeg(2000));
  });

  it('keeps nothing that is larger than all of it, and after that what fits', () => {
    const cache = createThumbnailCache(3000);
    cache.put('a', jpeg(3000));
    expect(cache.get('a')).toBeUndefined();
    cache.put('b', jpeg(2000));
    expect(cache.get('b')).toEqual(jpeg(2000));
  });
});
