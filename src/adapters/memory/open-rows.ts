import type { OpenEvent, OpenImage } from '../../ports/catalog/audit.ts';
import {
  compareImages,
  compareText,
  imageAt,
  isEventDead,
  owedTechniques,
  sortedImages,
  type Tables,
} from './tables.ts';

/** The open images, by stream, number and technique. */
export function openImages(tables: Tables): OpenImage[] {
  return sortedImages(tables).flatMap(({ stream, number, position }) =>
    owedTechniques(tables, { stream, number }).map((technique) => ({ image: { stream, number }, technique, position })),
  );
}

export function compareOpenImages(a: OpenImage, b: OpenImage): number {
  return compareImages(a.image, b.image) || compareText(a.technique ?? '', b.technique ?? '');
}

/** The open events, by number. */
export function openEvents(tables: Tables): OpenEvent[] {
  return [...tables.events.values()]
    .filter(({ number }) => tables.alerts.get(number)?.state !== 'ready' && !isEventDead(tables, number))
    .map(({ number, technique, position, image }) => {
      return { number, technique, position, imagePosition: imageAt(tables, image)?.position ?? null };
    });
}
