import { sha256Of } from '../../base/digest.ts';
import { ImgpipeError } from '../../domain/errors.ts';
import { imageKey, maskKey } from '../../domain/object-keys.ts';
import { type ImageRecord, imageName } from '../../domain/records.ts';
import type { Observer } from '../../domain/reports.ts';
import type { PictureSource } from '../../ports/comparator.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { pause, untilStopped } from '../retry.ts';

/** How often to retry reading a missing object. */
const POLL_MS = 200;

interface WaitContext extends Pick<Observer, 'onReport'> {
  readonly signal: AbortSignal;
  readonly keepAlive?: () => Promise<void>;
}

/** Reads stored pictures for a comparator. Waits up to `objectWaitMs` for an object that the store does not have. */
export function createPictureReader(store: Pick<ObjectStore, 'get' | 'locate'>, objectWaitMs: number) {
  async function read(image: ImageRecord, waiting: WaitContext): Promise<Uint8Array> {
    const key = imageKey(image);
    const missing = new ImgpipeError(
      'object_missing',
      `${store.locate(key)}, the picture of image ${imageName(image)}, does not exist`,
    );
    const deadline = performance.now() + objectWaitMs;
    for (let reported = false; ; reported = true) {
      const bytes = await store.get(key);
      if (bytes !== undefined) return checked(image, store.locate(key), bytes);
      if (performance.now() >= deadline) throw missing;
      if (!reported) waiting.onReport?.({ kind: 'waiting', stage: 'analyze', error: missing });
      await pause(Math.min(POLL_MS, objectWaitMs), waiting.signal);
      if (waiting.keepAlive !== undefined) await untilStopped(waiting.keepAlive(), waiting.signal);
    }
  }

  return (image: ImageRecord, waiting: WaitContext): PictureSource => ({
    sha256: image.sha256,
    format: image.format,
    read: () => read(image, waiting),
  });
}

/** Reads stored masks for a comparator. No wait is needed: a mask is stored before the images that use it. */
export function createMaskReader(store: Pick<ObjectStore, 'get' | 'locate'>) {
  return (sha256: string): PictureSource => ({
    sha256,
    format: 'png',
    read: async () => {
      const location = store.locate(maskKey(sha256));
      const bytes = await store.get(maskKey(sha256));
      if (bytes === undefined)
        throw new ImgpipeError('object_missing', `${location}, the image's mask, does not exist`);
      if (sha256Of(bytes) === sha256) return bytes;
      throw new ImgpipeError('object_damaged', `${location} is damaged: its SHA-256 differs from the mask's`);
    },
  });
}

function checked(image: ImageRecord, location: string, bytes: Uint8Array): Uint8Array {
  if (sha256Of(bytes) === image.sha256) return bytes;
  throw new ImgpipeError(
    'object_damaged',
    `${location} is damaged: its SHA-256 differs from that of image ${imageName(image)} as received`,
  );
}
