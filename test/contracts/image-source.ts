import { describe, expect, it } from 'vitest';
import type { ImageSource, SourceItem, StreamPosition } from '../../src/ports/image-source.ts';

export interface ImageSourceSetup {
  /** A source of this many pictures, and the bytes that it must yield. */
  good(count: number): Promise<{ readonly source: ImageSource; readonly expected: readonly Uint8Array[] }>;
  /** A source with one item that it must reject. */
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

/** The contract of every image source. */
export function imageSourceContract(setUp: ImageSourceSetup): void {
  describe('pictures', () => {
    it('are all yielded, complete and in order, every time they are requested', async () => {
      const { source, expected } = await setUp.good(40);
      const right = expected.map((bytes) => Buffer.from(bytes));
      expect(bytesOf((await batches(source)).flat())).toEqual(right);
      expect(bytesOf((await batches(source)).flat())).toEqual(right);
      expect(source.expected ?? 40).toBe(40);
    });

    it('come in batches that are never empty, each with its origin', async () => {
      const { source } = await setUp.good(40);
      const all = await batches(source);
      expect(all.filter((items) => items.length === 0)).toEqual([]);
      expect(all.flat().filter(({ origin }) => origin === '')).toEqual([]);
    });

    it('are not yielded if the source is stopped before it starts', async () => {
      const { source } = await setUp.good(3);
      expect((await batches(source, AbortSignal.abort())).flat()).toEqual([]);
    });

    it('end with the current batch when the source is stopped', async () => {
      const { source } = await setUp.good(300);
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

  it('rejects what it cannot yield, with the blame of the error, and continues with the rest', async () => {
    const items = (await batches(await setUp.bad())).flat();
    const rejected = items.filter((item) => item.kind === 'rejected');
    expect(rejected.map(({ error }) => error.blame)).toEqual(['message']);
    expect(items.filter(({ kind }) => kind === 'picture').length).toBeGreaterThan(0);
  });
}
