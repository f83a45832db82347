import type { RecordPosition } from '../../domain/records.ts';
import type { AuditCatalog, OffsetRange } from '../../ports/catalog/audit.ts';
import { countsOf } from './counts.ts';
import { compareOpenImages, openEvents, openImages } from './open-rows.ts';
import { pagesOf } from './pages.ts';
import { compareText, copyOf, type Tables } from './tables.ts';

/** Computed on each call: the tables of a test are small. */
export function createAuditRows(tables: Tables): AuditCatalog {
  return {
    counts: async () => countsOf(tables),

    openRanges: async () => {
      const images = openImages(tables);
      const techniques = [...new Set(images.map(({ technique }) => technique))];
      return {
        images: techniques.flatMap((technique) =>
          rangesOf(images.filter((open) => open.technique === technique)).map((range) => ({ technique, ...range })),
        ),
        events: rangesOf(openEvents(tables)),
      };
    },

    openImagePage: async (after, limit) =>
      openImages(tables)
        .filter((open) => after === undefined || compareOpenImages(open, after) > 0)
        .slice(0, limit),

    openEventPage: async (after, limit, { unpublished } = { unpublished: false }) =>
      openEvents(tables)
        .filter(({ number, position }) => number > after && !(unpublished && position !== null))
        .slice(0, limit),

    snapshot: async (read) => read(pagesOf(copyOf(tables))),
  };
}

/** The ranges of the positions, by bus and partition. */
function rangesOf(open: readonly { readonly position: RecordPosition | null }[]): OffsetRange[] {
  const ranges = new Map<string, OffsetRange>();
  for (const { position } of open) {
    if (position === null) continue;
    const { bus, partition, offset } = position;
    const key = JSON.stringify([bus, partition]);
    const { lowest, highest } = ranges.get(key) ?? { lowest: offset, highest: offset };
    ranges.set(key, { bus, partition, lowest: Math.min(lowest, offset), highest: Math.max(highest, offset) });
  }
  return [...ranges.values()].sort((a, b) => compareText(a.bus, b.bus) || a.partition - b.partition);
}
