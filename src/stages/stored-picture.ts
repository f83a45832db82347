import { sha256Of } from '../base/digest.ts';
import { ImgpipeError } from '../domain/errors.ts';
import { imageKey, maskKey } from '../domain/object-keys.ts';
import { type ImageRecord, imageName } from '../domain/records.ts';
import type { Observer } from '../domain/reports.ts';
import type { PictureSource } from '../ports/comparator.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { pause, untilStopped } from './retry.ts';

/** How often a store is asked for an object that it does not have. */
const ASK_AGAIN_MS = 200;

interface Waiting extends Pick<Observer, 'onReport'> {
  readonly signal: AbortSignal;
  readonly keepAlive?: () => Promise<void>;
}

/** Stored pictures as a comparator takes them. An object that a healthy store does not have is waited for this long. */
export function createPictureReader(store: ObjectStore, objectWaitMs: number) {
  async function read(image: ImageRecord, waiting: Waiting): Promise<Uint8Array> {
    const key = imageKey(image);
    const missing = new ImgpipeError(
      'object_missing',
      `${store.locate(key)}, the picture of image ${imageName(image)}, is not there`,
    );
    const deadline = performance.now() + objectWaitMs;
    for (let told = false; ; told = true) {
      const bytes = await store.get(key);
      if (bytes !== undefined) return checked(image, store.locate(key), bytes);
      if (performance.now() >= deadline) throw missing;
      if (!told) waiting.onReport?.({ kind: 'waiting', stage: 'analyze', error: missing });
      await pause(Math.min(ASK_AGAIN_MS, objectWaitMs), waiting.signal);
      if (waiting.keepAlive !== undefined) await untilStopped(waiting.keepAlive(), waiting.signal);
    }
  }

  return (image: ImageRecord, waiting: Waiting): PictureSource => ({
    sha256: image.sha256,
    format: image.format,
    read: () => read(image, waiting),
  });
}

/** Stored masks as a comparator takes them. A mask is put before the images that it is for. */
export function createMaskReader(store: ObjectStore) {
  return (sha256: string): PictureSource => ({
    sha256,
    format: 'png',
    read: async () => {
      const location = store.locate(maskKey(sha256));
      const bytes = await store.get(maskKey(sha256));
      if (bytes === undefined) throw new ImgpipeError('object_missing', `${location}, the image's mask, is not there`);
      if (sha256Of(bytes) === sha256) return bytes;
      throw new ImgpipeError('object_damaged', `${location} is not the mask that it was (its SHA-256 differs)`);
    },
  });
}

function checked(image: ImageRecord, location: string, bytes: Uint8Array): Uint8Array {
  if (sha256Of(bytes) === image.sha256) return bytes;
  throw new ImgpipeError(
    'object_damaged',
    `${location} is not the picture that was received as image ${imageName(image)} (its SHA-256 differs)`,
  );
}
