import { sha256Of } from '../../base/digest.ts';
import { differenceKey, eventTextKey } from '../../domain/object-keys.ts';
import { type EventRecord, type ImageId, type ImageRecord, imageName } from '../../domain/records.ts';
import type { Observer } from '../../domain/reports.ts';
import { eventText } from '../../domain/texts.ts';
import type { Catalog } from '../../ports/catalog/catalog.ts';
import type { Comparator, PictureSource } from '../../ports/comparator.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { HandlerContext } from '../consume/consume.ts';
import { type DigestedObject, putObjects } from '../put-objects.ts';

export interface EventFilesParts extends Pick<Observer, 'onStep'> {
  readonly catalog: Pick<Catalog, 'images' | 'events' | 'nextEventAttempt' | 'markEventsReady'>;
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

/** The files of a pending event: the difference image, whose digest is in the row, and the text, which the row determines. */
interface EventFiles {
  readonly event: EventRecord;
  readonly difference: DigestedObject;
  readonly text: DigestedObject;
}

/** Puts the files of pending events, and marks the events ready. */
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

  /**
   * Puts the files of one attempt. Resolves with the attempts that failed: other bytes were under their keys, or the row
   * has the digest of another encoder's difference image.
   */
  async function putFiles(files: readonly EventFiles[]): Promise<EventFiles[]> {
    const current = files.filter(({ event, difference }) => event.differenceSha256 === difference.sha256);
    // One put syncs all files together. Files appear in this order, so no text exists before its difference image.
    const objects = [...current.map(({ difference }) => difference), ...current.map(({ text }) => text)];
    const done = await putObjects(store, objects);
    const put = new Set(current.filter((_, index) => done[index] && done[current.length + index]));
    return files.filter((each) => !put.has(each));
  }

  /** Resolves with the events, ready. */
  return async function write(
    events: readonly EventRecord[],
    computedFor: (event: EventRecord) => ComputedDifference | undefined,
    context: HandlerContext,
  ): Promise<EventRecord[]> {
    if (events.length === 0) return [];
    const references = events.map(({ image, reference }) => ({ stream: image.stream, number: reference }));
    const rows = await catalog.images([...events.map(({ image }) => image), ...references]);
    const make = new Map<number, (event: EventRecord) => EventFiles>();
    for (const [index, event] of events.entries()) {
      const image = requireImage(event.image, rows[index]);
      const id = { stream: event.image.stream, number: event.reference };
      const reference = requireImage(id, rows[events.length + index]);
      const bytes = await differenceOf(event, image, reference, computedFor(event), context);
      const sha256 = sha256Of(bytes);
      make.set(event.number, (row) => ({
        event: row,
        difference: { key: differenceKey(row), bytes, sha256 },
        text: textOf(row, image, reference),
      }));
    }
    let left = [...events];
    while (left.length > 0) {
      const files = left.flatMap((event) => make.get(event.number)?.(event) ?? []);
      const failed = await putFiles(files);
      await onStep?.('analyze:files');
      await catalog.markEventsReady(files.filter((each) => !failed.includes(each)).map(({ event }) => event));
      await onStep?.('analyze:ready');
      const next = await catalog.nextEventAttempt(
        failed.map(({ event: { number, attempt }, difference }) => ({
          number,
          attempt,
          differenceSha256: difference.sha256,
        })),
      );
      left = next.filter(({ state }) => state === 'pending');
    }
    return (await catalog.events(events.map(({ number }) => number))).flatMap((event) => event ?? []);
  };
}

/** An image that an event names. Only a damaged catalog has no row of it. */
function requireImage(id: ImageId, image: ImageRecord | undefined): ImageRecord {
  if (image === undefined) throw new Error(`the catalog has an event about image ${imageName(id)}, but no such image`);
  return image;
}

function textOf(event: EventRecord, image: ImageRecord, reference: ImageRecord): DigestedObject {
  const bytes = Buffer.from(eventText(event, image, reference));
  return { key: eventTextKey(event), bytes, sha256: sha256Of(bytes) };
}
