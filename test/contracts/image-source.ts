import { describe, expect, it } from 'vitest';
import type { ImageSource, SourceItem, StreamPosition } from '../../src/ports/image-source.ts';

export interface ImageSourceStand {
  /** A source of these many pictures, and what it is to yield. */
  good(count: number): Promise<{ readonly source: ImageSource; readonly expected: readonly Uint8Array[] }>;
  /** A source of which something cannot be taken. */
  bad(): Promise<ImageSource>;
}

const START: StreamPosition = { lastNumber: 0, lastPicture: async () => undefined };

async function batches(source: ImageSource, signal = new AbortController().signal) {
  const all: (readonly SourceItem[])[] = [];
  for await (const items of source.pictures(START, signal)) all.push(items);
  return all;
}

function bytesOf(items: readonly SourceItem[]): Buffer[] {
  return items.map((item) => {
    if (item.kind === 'rejected') throw item.error;
    return Buffer.from(item.bytes);
  });
}

/** What every image source promises. */
export function imageSourceContract(stand: ImageSourceStand): void {
  describe('its pictures', () => {
    it('come all, whole and in their order, and again when they are asked for again', async () => {
      const { source, expected } = await stand.good(40);
      const right = expected.map((bytes) => Buffer.from(bytes));
      expect(bytesOf((await batches(source)).flat())).toEqual(right);
      expect(bytesOf((await batches(source)).flat())).toEqual(right);
      expect(source.expected ?? 40).toBe(40);
    });

    it('come in company that is never empty, and tell where they are from', async () => {
      const { source } = await stand.good(40);
      const all = await batches(source);
      expect(all.filter((items) => items.length === 0)).toEqual([]);
      expect(all.flat().filter(({ origin }) => origin === '')).toEqual([]);
    });

    it('are none where it is told to stop before it begins', async () => {
      const { source } = await stand.good(3);
      expect((await batches(source, AbortSignal.abort())).flat()).toEqual([]);
    });

    it('end with the company in hand when it is told to stop', async () => {
      const { source } = await stand.good(300);
      const stop = new AbortController();
      const seen: SourceItem[] = [];
      let more = 0;
      for await (const items of source.pictures(START, stop.signal)) {
        if (stop.signal.aborted) more += 1;
        seen.push(...items);
        stop.abort();
      }
      expect(seen.length).toBeGreaterThan(0);
      expect(seen.length).toBeLessThan(300);
      expect(more).toBeLessThanOrEqual(1);
    });
  });

  it('tells what cannot be taken, and who is to blame, without an end to the rest', async () => {
    const items = (await batches(await stand.bad())).flat();
    const rejected = items.filter((item) => item.kind === 'rejected');
    expect(rejected.map(({ error }) => error.blame)).toEqual(['message']);
    expect(items.filter(({ kind }) => kind === 'picture').length).toBeGreaterThan(0);
  });
}
