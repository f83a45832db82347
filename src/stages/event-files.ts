import { sha256Of } from '../base/digest.ts';
import { ImgpipeError } from '../domain/errors.ts';
import { differenceKey, eventTextKey } from '../domain/object-keys.ts';
import type { EventRecord, ImageRecord } from '../domain/records.ts';
import type { Observer } from '../domain/reports.ts';
import { eventText } from '../domain/texts.ts';
import type { Catalog } from '../ports/catalog/catalog.ts';
import type { Comparator, PictureSource } from '../ports/comparator.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { existing } from './agreement.ts';
import type { HandlerContext } from './consume.ts';

export interface EventFilesParts extends Pick<Observer, 'onStep'> {
  readonly catalog: Catalog;
  readonly store: ObjectStore;
  readonly comparator: Comparator;
  readonly picture: (image: ImageRecord, context: HandlerContext) => PictureSource;
  /** A stored mask, by its digest. */
  readonly mask: (sha256: string) => PictureSource;
}

/** A difference image in memory, with the number of the reference that it was made with. */
export interface MadeDifference {
  readonly reference: number | null;
  readonly difference: Uint8Array | null;
}

/** Writes the files of pending events, difference image before text, and makes the events ready. */
export function createEventFiles({ catalog, store, comparator, picture, mask, onStep }: EventFilesParts) {
  async function differenceOf(
    event: EventRecord,
    image: ImageRecord,
    reference: ImageRecord,
    made: MadeDifference | undefined,
    context: HandlerContext,
  ): Promise<Uint8Array> {
    // Another may have entered the outcome, with another reference than ours: its event needs its own difference image.
    if (made?.difference && made.reference === event.reference) return made.difference;
    return comparator.difference({
      reference: picture(reference, context),
      image: picture(image, context),
      mask: image.mask === null ? undefined : mask(image.mask),
    });
  }

  /** The digest of the difference image that lies in the store already: the first one that was put stays. */
  async function digestThere(key: string): Promise<string> {
    const bytes = await store.get(key);
    if (bytes === undefined) throw new ImgpipeError('store_unavailable', `${store.locate(key)} was there and is gone`);
    return sha256Of(bytes);
  }

  return async function write(
    events: readonly EventRecord[],
    madeFor: (event: EventRecord) => MadeDifference | undefined,
    context: HandlerContext,
  ): Promise<void> {
    if (events.length === 0) return;
    const images = await catalog.images(events.map(({ image }) => image));
    const references = await catalog.images(
      events.map(({ image, reference }) => ({ stream: image.stream, number: reference })),
    );
    const differences: { key: string; bytes: Uint8Array }[] = [];
    const texts: { key: string; bytes: Uint8Array }[] = [];
    for (const [index, event] of events.entries()) {
      const image = existing(event.image, images[index]);
      const reference = existing({ stream: event.image.stream, number: event.reference }, references[index]);
      const bytes = await differenceOf(event, image, reference, madeFor(event), context);
      differences.push({ key: differenceKey(event.number), bytes });
      texts.push({ key: eventTextKey(event.number), bytes: Buffer.from(eventText(event, image, reference)) });
    }
    // Put together they are synced together; the names come in this order, so that no text is there before its picture.
    const answers = await store.put([...differences, ...texts]);
    const digests = await Promise.all(
      differences.map(({ key, bytes }, index) => (answers[index] === 'added' ? sha256Of(bytes) : digestThere(key))),
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
