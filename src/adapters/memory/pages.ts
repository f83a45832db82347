import { type ImageId, imageName } from '../../domain/records.ts';
import type { CatalogPages } from '../../ports/catalog/audit.ts';
import { countsOf } from './counts.ts';
import { compareImages, eventAt, isImageDead, outcomeAt, sortedImages, type Tables } from './tables.ts';
import { keyOf } from './technique-keys.ts';

/** The pages of tables that no longer change. */
export function pagesOf(tables: Tables): CatalogPages {
  const isOf = (technique: string | null, wanted: string) =>
    technique !== null && keyOf(tables, technique) === keyOf(tables, wanted);
  return {
    counts: async () => countsOf(tables),

    imagePage: async (after, limit) => pageOf(sortedImages(tables), (image) => image, after, limit),

    outcomePage: async (technique, after, limit) => {
      const rows = [...tables.outcomes.values()].filter((row) => isOf(row.technique, technique));
      const page = pageOf(rows, ({ image }) => image, after, limit);
      return page.flatMap(({ image }) => outcomeAt(tables, technique, image) ?? []);
    },

    deadImagePage: async (technique, after, limit) => {
      const images = [...tables.deadLetters.values()].flatMap((letter) =>
        letter.stage === 'analyze' && letter.image !== null && isOf(letter.technique, technique) ? [letter.image] : [],
      );
      const distinct = new Map(images.map((image) => [imageName(image), image]));
      return pageOf([...distinct.values()], (image) => image, after, limit).map(({ stream, number }) => ({
        stream,
        number,
        replayed: !isImageDead(tables, technique, { stream, number }),
      }));
    },

    eventPage: async (after, limit) =>
      numberPage([...tables.events.keys()], after, limit).flatMap((number) => {
        const row = tables.events.get(number);
        if (row === undefined) return [];
        const { technique, image, position, state, attempt } = row;
        return [{ number, state, attempt, technique, image, position, event: eventAt(tables, number) }];
      }),

    deadEventPage: async (after, limit) => {
      const dead = [...tables.deadLetters.values()].filter((letter) => letter.stage === 'alert' && !letter.replayedAt);
      return numberPage([...new Set(dead.flatMap(({ event }) => event ?? []))], after, limit);
    },

    alertRowPage: async (after, limit) =>
      numberPage([...tables.alerts.keys()], after, limit).flatMap((number) => tables.alerts.get(number) ?? []),

    streams: async () =>
      [...tables.lastNumbers.keys()]
        .sort()
        .map((stream) => ({ stream, lastNumber: tables.lastNumbers.get(stream) ?? 0 })),

    techniques: async () =>
      [...new Set([...tables.thresholds.keys(), ...tables.outcomeCounts.keys()])].sort().map((key) => ({
        technique: tables.inForce.get(key) ?? key,
        use: !tables.thresholds.has(key) ? 'none' : tables.idle.has(key) ? 'idle' : 'active',
      })),

    lastEvent: async () => tables.pipeline.lastEvent,

    masks: async () => [...new Set(sortedImages(tables).flatMap(({ mask }) => mask ?? []))].sort(),
  };
}

function pageOf<T>(rows: readonly T[], idOf: (row: T) => ImageId, after: ImageId | undefined, limit: number): T[] {
  return rows
    .filter((row) => after === undefined || compareImages(idOf(row), after) > 0)
    .sort((a, b) => compareImages(idOf(a), idOf(b)))
    .slice(0, limit);
}

function numberPage(numbers: readonly number[], after: number, limit: number): number[] {
  return numbers
    .filter((number) => number > after)
    .sort((a, b) => a - b)
    .slice(0, limit);
}
