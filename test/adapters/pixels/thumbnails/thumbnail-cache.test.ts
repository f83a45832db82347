import { describe, expect, it } from 'vitest';
import { createThumbnailCache } from '../../../../src/adapters/pixels/thumbnails/thumbnail-cache.ts';

function jpeg(bytes: number) {
  return { jpeg: new Uint8Array(bytes) };
}

const CORRUPT = { verdict: { code: 'undecodable', message: 'it is corrupt' } } as const;

describe('the thumbnail cache', () => {
  it('is limited by bytes, with a thousand bytes of overhead for each entry', () => {
    const cache = createThumbnailCache(6000);
    cache.put('a', jpeg(2000));
    cache.put('b', jpeg(2000));
    expect([cache.get('a'), cache.get('b')]).toEqual([jpeg(2000), jpeg(2000)]);
    cache.put('c', jpeg(0));
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([undefined, jpeg(2000), jpeg(0)]);
  });

  it('evicts the least recently used entry', () => {
    const cache = createThumbnailCache(6000);
    cache.put('a', jpeg(2000));
    cache.put('b', jpeg(2000));
    cache.get('a');
    cache.put('c', jpeg(2000));
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([jpeg(2000), undefined, jpeg(2000)]);
  });

  it('limits verdicts as well', () => {
    const cache = createThumbnailCache(3000);
    for (let index = 0; index < 10; index++) cache.put(String(index), CORRUPT);
    const kept = Array.from({ length: 10 }, (_, index) => cache.get(String(index)));
    expect(kept.map((entry) => entry === CORRUPT)).toEqual([...Array(7).fill(false), true, true, true]);
  });

  it('counts an entry that is replaced once', () => {
    const cache = createThumbnailCache(6000);
    cache.put('a', jpeg(2000));
    for (let times = 0; times < 5; times++) cache.put('b', jpeg(2000));
    expect(cache.get('a')).toEqual(jpeg(2000));
  });

  it('does not keep an entry that exceeds the limit, and still keeps later ones', () => {
    const cache = createThumbnailCache(3000);
    cache.put('a', jpeg(3000));
    expect(cache.get('a')).toBeUndefined();
    cache.put('b', jpeg(2000));
    expect(cache.get('b')).toEqual(jpeg(2000));
  });
});
