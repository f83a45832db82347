import type { ImageId, ImageRecord, NewImage, RecordPosition } from '../../domain/records.ts';
import type { ImageCatalog, NewestImageQuery } from '../../ports/catalog/images.ts';
import { imageAt, originKey, owedTechniques, putImage, type Tables } from './tables.ts';

export function createImageRows(tables: Tables): ImageCatalog {
  function add(picture: NewImage): ImageRecord {
    const known = tables.incoming.get(picture.incoming);
    const existing = known && imageAt(tables, known);
    if (existing !== undefined) return existing;
    const { stream, origin } = picture;
    const number = (tables.lastNumbers.get(stream) ?? 0) + 1;
    const image: ImageRecord = { ...picture, number, state: 'pending', fact: null, position: null };
    tables.lastNumbers.set(stream, number);
    tables.incoming.set(picture.incoming, { stream, number });
    tables.newestOfOrigin.set(originKey(stream, origin), number);
    putImage(tables, image);
    return image;
  }

  function update(id: ImageId, change: (image: ImageRecord) => Partial<ImageRecord>): void {
    const image = imageAt(tables, id);
    if (image !== undefined) putImage(tables, { ...image, ...change(image) });
  }

  function newest({ stream, origin }: NewestImageQuery): ImageRecord | undefined {
    const number =
      origin === undefined ? tables.lastNumbers.get(stream) : tables.newestOfOrigin.get(originKey(stream, origin));
    return number === undefined ? undefined : imageAt(tables, { stream, number });
  }

  return {
    addImages: async (pictures) => pictures.map(add),

    markImagesReady: async (ids) => {
      for (const id of ids) update(id, () => ({ state: 'ready' }));
    },

    markImagesPublished: async (images) => {
      for (const image of images) update(image, ({ position }) => ({ position: position ?? image.position }));
    },

    clearPublished: async (ids) => {
      for (const id of ids) update(id, () => ({ position: null }));
    },

    unpublishedImages: async (stream, limit) =>
      [...(tables.unpublished.get(stream) ?? [])]
        .sort((a, b) => a - b)
        .slice(0, limit)
        .flatMap((number) => imageAt(tables, { stream, number }) ?? []),

    unpublishedStreams: async () =>
      [...tables.unpublished].flatMap(([stream, numbers]) => (numbers.size > 0 ? [stream] : [])).sort(),

    imagesInFlight: async (stream, after, limit) => {
      const found: (ImageId & { readonly position: RecordPosition })[] = [];
      const replayed = replayedImages(tables, stream);
      const last = tables.lastNumbers.get(stream) ?? 0;
      for (let number = after + 1; number <= last && found.length < limit; number += 1) {
        const position = imageAt(tables, { stream, number })?.position ?? null;
        if (position === null) continue;
        if (replayed.has(number) || owedTechniques(tables, { stream, number }).length > 0)
          found.push({ stream, number, position });
      }
      return found;
    },

    images: async (ids) => ids.map((id) => imageAt(tables, id)),
    references: async (ids) => ids.map((id) => referenceOf(tables, id)),
    newestImages: async (queries) => queries.map(newest),
  };
}

function replayedImages({ deadLetters }: Tables, stream: string): Set<number> {
  const numbers = [...deadLetters.values()].flatMap(({ stage, image, replayedAt }) =>
    stage === 'analyze' && replayedAt !== null && image?.stream === stream ? [image.number] : [],
  );
  return new Set(numbers);
}

function referenceOf(tables: Tables, { stream, number }: ImageId): ImageRecord | undefined {
  for (let earlier = number - 1; earlier > 0; earlier -= 1) {
    const image = imageAt(tables, { stream, number: earlier });
    if (image !== undefined && (image.fact === null || image.fact.verdict === 'decodes')) return image;
  }
  return undefined;
}
