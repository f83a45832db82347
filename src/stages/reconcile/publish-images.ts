import { imageReceivedMessage, TOPICS } from '../../domain/messages.ts';
import { isDeliverable } from '../../domain/record-positions.ts';
import { imageName } from '../../domain/records.ts';
import type { Observer } from '../../domain/reports.ts';
import type { CatalogClock } from '../../ports/catalog/clock.ts';
import type { ImageCatalog, StreamHolder } from '../../ports/catalog/images.ts';
import type { EventBus } from '../../ports/event-bus.ts';
import { untilStopped } from '../retry.ts';
import { FREE_PUBLICATIONS, isDue, MAX_PER_ROUND } from './brakes.ts';
import { type BusView, type OpenRows, undeliveredImages } from './undelivered.ts';

/** How many messages are published together. */
const BATCH = 250;

export interface PublishImagesParts extends Observer {
  readonly catalog: OpenRows & CatalogClock & Pick<ImageCatalog, 'images' | 'writeImages'>;
  readonly bus: Pick<EventBus, 'publish'>;
  readonly pipelineId: string;
  readonly holder: StreamHolder;
  readonly signal: AbortSignal;
  /** The techniques that the images are owed to. */
  readonly techniques: readonly (string | null)[];
  /** Images that have been named because no publication led to an outcome. */
  readonly named: Set<string>;
  /** Images that the holder is publishing anyway. */
  isPublishing?(number: number): boolean;
}

/**
 * Publishes the images of a stream whose messages will not be delivered, at most 1,000 of them. The caller holds the
 * stream's lock, and has read the view of the bus since. Resolves with the number of images published.
 */
export async function publishImages(parts: PublishImagesParts, view: BusView): Promise<number> {
  const { catalog, holder, onReport } = parts;
  const { stream } = holder;
  const undelivered = await findUndelivered(parts, view);
  if (undelivered.size === 0) return 0;
  const rows = await catalog.images([...undelivered.keys()].map((number) => ({ stream, number })));
  const { images } = await view.deliveries();
  // The holder may have published an image, and recorded that, since it was found.
  const ready = rows.flatMap((row) => {
    if (row?.state !== 'ready') return [];
    const techniques = undelivered.get(row.number) ?? [];
    return techniques.some((technique) => !isDeliverable(row.position, images(technique))) ? [row] : [];
  });
  for (let first = 0; first < ready.length; first += BATCH) {
    const batch = ready.slice(first, first + BATCH);
    const messages = batch.map((row) => imageReceivedMessage(parts.pipelineId, row));
    const positions = await untilStopped(parts.bus.publish(TOPICS.imageAnalysis, messages), parts.signal);
    await parts.onStep?.('reconcile:published');
    const published = batch.flatMap(({ number }, index) => {
      const position = positions[index];
      return position === undefined ? [] : [{ number, position }];
    });
    await catalog.writeImages(holder, { published });
  }
  if (ready.length > 0) onReport?.({ kind: 'recovered', stream, images: ready.length });
  return ready.length;
}

/** The numbers of the images to publish, in their order, each with the techniques that it will not be delivered to. */
async function findUndelivered(
  { catalog, holder: { stream }, techniques, named, isPublishing, onReport }: PublishImagesParts,
  view: BusView,
): Promise<Map<number, (string | null)[]>> {
  const now = await catalog.now();
  const found = new Map<number, (string | null)[]>();
  for (const technique of techniques) {
    for await (const page of undeliveredImages(catalog, view, technique, stream)) {
      for (const open of page) {
        const { image, publications } = open;
        if (isPublishing?.(image.number) === true || !isDue(open, now)) continue;
        if (publications >= FREE_PUBLICATIONS && !named.has(imageName(image))) {
          named.add(imageName(image));
          onReport?.({ kind: 'no_outcome', image, publications });
        }
        found.set(image.number, [...(found.get(image.number) ?? []), technique]);
      }
      if (found.size >= MAX_PER_ROUND) break;
    }
  }
  return new Map([...found].sort(([a], [b]) => a - b).slice(0, MAX_PER_ROUND));
}
