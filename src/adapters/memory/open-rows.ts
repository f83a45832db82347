import { type Deliverable, isDeliverable } from '../../domain/record-positions.ts';
import type { AuditCatalog, OpenEvent, OpenImage } from '../../ports/catalog/audit.ts';
import { imageAt, isEventDead, owedTechniques, publicationKey, sortedImages, type Tables } from './tables.ts';
import { keyOf } from './technique-keys.ts';

type OpenRows = Pick<AuditCatalog, 'anyOpen' | 'undeliverableStreams' | 'undeliverableImages' | 'undeliverableEvents'>;

export function createOpenRows(tables: Tables): OpenRows {
  const undeliverable = (technique: string | null, deliverable: Deliverable) =>
    openImages(tables).filter(
      (open) =>
        open.technique === (technique && keyOf(tables, technique)) && !isDeliverable(open.position, deliverable),
    );
  return {
    anyOpen: async () => ({ images: openImages(tables).length > 0, events: openEvents(tables).length > 0 }),

    undeliverableStreams: async (technique, deliverable) =>
      [...new Set(undeliverable(technique, deliverable).map(({ image }) => image.stream))].sort(),

    undeliverableImages: async (technique, deliverable, stream, after, limit) =>
      undeliverable(technique, deliverable)
        .filter(({ image }) => image.stream === stream && image.number > after)
        .slice(0, limit),

    undeliverableEvents: async (deliverable, after, limit) =>
      openEvents(tables)
        .filter(({ number, position }) => number > after && !isDeliverable(position, deliverable))
        .slice(0, limit),
  };
}

/** The open images, by stream, number and technique. */
export function openImages(tables: Tables): OpenImage[] {
  return sortedImages(tables).flatMap(({ stream, number, position }) => {
    const image = { stream, number };
    const published = publicationsOf(tables, publicationKey(image));
    return owedTechniques(tables, image).map((technique) => ({ image, technique, position, ...published }));
  });
}

/** The open events, by number. */
export function openEvents(tables: Tables): OpenEvent[] {
  return [...tables.events.values()]
    .filter(({ state }) => state === 'ready')
    .filter(({ number }) => tables.alerts.get(number)?.state !== 'ready' && !isEventDead(tables, number))
    .sort((a, b) => a.number - b.number)
    .map(({ number, technique, position, image }) => ({
      number,
      technique,
      position,
      imagePosition: imageAt(tables, image)?.position ?? null,
      ...publicationsOf(tables, publicationKey(number)),
    }));
}

function publicationsOf({ publications }: Tables, key: string): Pick<OpenImage, 'publications' | 'publishedAt'> {
  return publications.get(key) ?? { publications: 0, publishedAt: null };
}
