import { sha256Of } from '../../base/digest.ts';
import { ImgpipeError } from '../../domain/errors.ts';
import { differenceKey, eventTextKey } from '../../domain/object-keys.ts';
import type { EventRecord, ImageRecord } from '../../domain/records.ts';
import type { Observer } from '../../domain/reports.ts';
import { eventText } from '../../domain/texts.ts';
import type { Catalog } from '../../ports/catalog/catalog.ts';
import type { Comparator, PictureSource } from '../../ports/comparator.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { HandlerContext } from '../consume/consume.ts';
import { requireImage } from '../consume/received-message.ts';

export interface EventFilesParts extends Pick<Observer, 'onStep'> {
  readonly catalog: Pick<Catalog, 'images' | 'markEventsReady'>;
  readonly store: ObjectStore;
  readonly comparator: Pick<Comparator, 'difference'>;
  readonly picture: (image: ImageRecord, context: HandlerContext) => PictureSource;
  /** A stored mask, by its digest. */
  readonly mask: (sha256: string) => PictureSource;
}

/** A difference image in memory, with the number of the reference that it was computed from. */
export interface ComputedDifference {
  readonly reference: number | null;
  readonly difference: Uint8Array | null;
}

/** Writes the files of pending events, each difference image before its text, and marks the events ready. */
export function createEventFiles({ catalog, store, comparator, picture, mask, onStep }: EventFilesParts) {
  async function differenceOf(
    event: EventRecord,
    image: ImageRecord,
    reference: ImageRecord,
    computed: ComputedDifference | undefined,
    context: HandlerContext,
  ): Promise<Uint8Array> {
    // Another analyzer may have stored the outcome with another reference: its event needs its own difference image.
    if (computed?.difference && computed.reference === event.reference) return computed.difference;
    return comparator.difference({
      reference: picture(reference, context),
      image: picture(image, context),
      mask: image.mask === null ? undefined : mask(image.mask),
    });
  }

  /** The digest of the difference image that the store already has: the first one that was put stays. */
  async function storedDigest(key: string): Promise<string> {
    const bytes = await store.get(key);
    if (bytes === undefined)
      throw new ImgpipeError('store_unavailable', `${store.locate(key)} existed, but is missing now`);
    return sha256Of(bytes);
  }

  return async function write(
    events: readonly EventRecord[],
    computedFor: (event: EventRecord) => ComputedDifference | undefined,
    context: HandlerContext,
  ): Promise<void> {
    if (events.length === 0) return;
    const references = events.map(({ image, reference }) => ({ stream: image.stream, number: reference }));
    const rows = await catalog.images([...events.map(({ image }) => image), ...references]);
    const differences: { key: string; bytes: Uint8Array }[] = [];
    const texts: { key: string; bytes: Uint8Array }[] = [];
    for (const [index, event] of events.entries()) {
      const image = requireImage(event.image, rows[index]);
      const id = { stream: event.image.stream, number: event.reference };
      const reference = requireImage(id, rows[events.length + index]);
      const bytes = await differenceOf(event, image, reference, computedFor(event), context);
      differences.push({ key: differenceKey(event.number), bytes });
      texts.push({ key: eventTextKey(event.number), bytes: Buffer.from(eventText(event, image, reference)) });
    }
    // One put syncs all files together. Keys appear in this order, so no text exists before its difference image.
    const results = await store.put([...differences, ...texts]);
    const digests = await Promise.all(
      differences.map(({ key, bytes }, index) => (results[index] === 'added' ? sha256Of(bytes) : storedDigest(key))),
    );
    await onStep?.('analyze:files');
    await catalog.markEventsReady(
      events.flatMap(({ number }, index) => {
        const differenceSha256 = digests[index];
        return differenceSha256 === undefined ? [] : [{ number, differenceSha256 }];
      }),
    );
    await onStep?.('analyze:ready');
  };
}
