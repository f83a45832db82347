import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe } from 'vitest';
import { createGeneratedSource, isRotated } from '../../src/adapters/generated/generated-source.ts';
import { createComparator } from '../../src/adapters/pixels/comparator.ts';
import { createPictureCache } from '../../src/adapters/pixels/picture-cache.ts';
import { turnPicture } from '../../src/adapters/pixels/turn-picture.ts';
import { createPixelPool } from '../../src/adapters/pixels/workers/pixel-pool.ts';
import type { ImageSource } from '../../src/ports/image-source.ts';
import { type Colour, cutPng, png } from '../support/pictures.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { comparatorContract } from './comparator.ts';
import { imageSourceContract } from './image-source.ts';

const LIMITS = { maxPixels: 10_000 };
const COLOUR: Colour = [10, 20, 30];

function generated(original: Uint8Array, count: number): ImageSource {
  const originalPath = path.join(temporaryFolder(), 'original.png');
  writeFileSync(originalPath, original);
  const options = { ...LIMITS, cache: createPictureCache() };
  return createGeneratedSource({ originalPath, count, intervalMs: 0, turn: (bytes) => turnPicture(bytes, options) });
}

describe('the comparator in this process', () => {
  comparatorContract(() => createComparator(LIMITS));
});

describe('the comparator with workers', () => {
  comparatorContract(() =>
    createComparator({ ...LIMITS, executor: createPixelPool({ workers: 2, maxTimeMs: 30_000, inlineMemory: 0 }) }),
  );
});

describe('the generated source', () => {
  imageSourceContract({
    good: async (count) => {
      const source = generated(png(COLOUR), count);
      // The expected pictures come from a second run. Their content is tested elsewhere.
      const expected: Uint8Array[] = [];
      for await (const items of generated(png(COLOUR), count).pictures(
        { lastNumber: 0, lastPicture: async () => undefined },
        new AbortController().signal,
      )) {
        for (const item of items) if (item.kind === 'picture') expected.push(item.bytes);
      }
      return { source, expected };
    },
    bad: async () => generated(cutPng(), [1, 2, 3].find(isRotated) ?? 0),
  });
});
