import { LockLost } from '../../domain/errors.ts';
import type { ImageId, ImageRecord, NewImage } from '../../domain/records.ts';
import type { ImageCatalog, NewestImageQuery, SameFileQuery, StreamHolder } from '../../ports/catalog/images.ts';
import { addImage, deleteImage, fileKey, moveImage, pathKey } from './image-paths.ts';
import { imageAt, pendingImages, publishImage, putImage, type Tables } from './tables.ts';

export function createImageRows(tables: Tables): ImageCatalog {
  function add(picture: NewImage): ImageRecord {
    const known = tables.receipts.get(picture.receiptId);
    const existing = known && imageAt(tables, known);
    if (existing !== undefined) return existing;
    const { stream } = picture;
    const number = (tables.lastNumbers.get(stream) ?? 0) + 1;
    const made = { number, attempt: 1, state: 'pending', movedTo: null, fact: null, position: null } as const;
    const image: ImageRecord = { ...picture, ...made };
    addImage(tables, image);
    return image;
  }

  /** The pending images with these numbers, each replaced by what `change` returns. */
  function changePending(
    stream: string,
    numbers: readonly number[],
    change: (image: ImageRecord) => Partial<ImageRecord>,
  ): ImageRecord[] {
    return numbers.flatMap((number) => {
      const image = imageAt(tables, { stream, number });
      if (image?.state !== 'pending') return [];
      const changed = { ...image, ...change(image) };
      putImage(tables, changed);
      return [changed];
    });
  }

  function checkHolder({ stream, token }: StreamHolder): void {
    if (tables.tokens.get(stream) !== token) throw new LockLost();
  }

  function newest({ stream, path }: NewestImageQuery): ImageRecord | undefined {
    const number = path === undefined ? tables.lastNumbers.get(stream) : tables.newestOfPath.get(pathKey(stream, path));
    return number === undefined ? undefined : imageAt(tables, { stream, number });
  }

  function imagesOfFile({ after, limit, ...file }: SameFileQuery): ImageRecord[] {
    const numbers = tables.numbersOfFile.get(fileKey(file) ?? '') ?? [];
    const later = numbers.filter((number) => number > after).slice(0, limit);
    return later.flatMap((number) => imageAt(tables, { stream: file.stream, number }) ?? []);
  }

  return {
    fenceStream: async ({ stream, token }) => {
      tables.tokens.set(stream, token);
      if (!tables.lastNumbers.has(stream)) tables.lastNumbers.set(stream, 0);
    },

    writeImages: async (holder, { published = [], ready = [], added = [], moved = [] }) => {
      checkHolder(holder);
      for (const { number, position } of published) publishImage(tables, { stream: holder.stream, number }, position);
      changePending(holder.stream, ready, () => ({ state: 'ready' }));
      for (const { number, path } of moved) {
        const image = imageAt(tables, { stream: holder.stream, number });
        if (image !== undefined) moveImage(tables, image, path);
      }
      return added.map(add);
    },

    nextImageAttempt: async (holder, numbers) => {
      checkHolder(holder);
      return changePending(holder.stream, numbers, ({ attempt }) => ({ attempt: attempt + 1 }));
    },

    withdrawImages: async (holder, from) => {
      checkHolder(holder);
      for (const image of pendingImages(tables, holder.stream)) {
        if (image.number >= from) deleteImage(tables, image);
      }
    },

    pendingImages: async (stream) => pendingImages(tables, stream),

    pendingStreams: async () =>
      [...tables.lastNumbers.keys()].filter((stream) => pendingImages(tables, stream).length > 0).sort(),

    images: async (ids) => ids.map((id) => imageAt(tables, id)),
    references: async (ids) => ids.map((id) => referenceOf(tables, id)),
    newestImages: async (queries) => queries.map(newest),
    imagesOfFiles: async (queries) => queries.map(imagesOfFile),
  };
}

function referenceOf(tables: Tables, { stream, number }: ImageId): ImageRecord | undefined {
  for (let earlier = number - 1; earlier > 0; earlier -= 1) {
    const image = imageAt(tables, { stream, number: earlier });
    if (image?.state === 'ready' && (image.fact === null || image.fact.verdict === 'decodes')) return image;
  }
  return undefined;
}
