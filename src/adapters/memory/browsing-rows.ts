import type { EventRecord, ImageRecord } from '../../domain/records.ts';
import type {
  AlertEntry,
  AlertFilter,
  AlertPage,
  BrowsingCatalog,
  Measured,
  TimeRange,
} from '../../ports/catalog/browsing.ts';
import { countBelow } from './alert-rows.ts';
import { eventAt, imageAt, outcomeKey, type Tables, techniquesWithOutcomes } from './tables.ts';
import { keyOf } from './technique-keys.ts';

export function createBrowsingRows(tables: Tables): BrowsingCatalog {
  const { readyOrder, readyNumbers } = tables;

  return {
    alertPage: async (filter, page) => alertPage(tables, filter, page),
    imagesBelow: async (stream, range, { before = Number.MAX_SAFE_INTEGER, limit }) => {
      const isListed = ({ state, number, receivedAt, capture }: ImageRecord) =>
        state === 'ready' && number < before && isWithin(capture?.at ?? receivedAt, range);
      return [...(tables.images.get(stream)?.values() ?? [])].filter(isListed).reverse().slice(0, limit);
    },

    eventsBelow: async ({ stream, ...range }, { before = Number.MAX_SAFE_INTEGER, limit }) => {
      const found: EventRecord[] = [];
      for (const number of [...tables.events.keys()].sort((a, b) => b - a)) {
        const event = number < before ? eventAt(tables, number) : undefined;
        if (event?.state !== 'ready' || !isWithin(capturedAt(tables, event) ?? event.analyzedAt, range)) continue;
        if (stream === undefined || event.image.stream === stream) found.push(event);
        if (found.length === limit) break;
      }
      return found;
    },

    alertEntries: async (numbers) => numbers.map((number) => entryOf(tables, number)),

    alertRange: async () => {
      const [first, last] = [readyNumbers.at(0), readyNumbers.at(-1)];
      return first === undefined || last === undefined ? undefined : { first, last, lastOrder: readyOrder.length };
    },

    neighbours: async (alert) => {
      const below = countBelow(readyNumbers, alert);
      const above = readyNumbers[below] === alert ? below + 1 : below;
      return { below: readyNumbers[below - 1] ?? null, above: readyNumbers[above] ?? null };
    },

    readyAfter: async (order, limit) =>
      readyOrder
        .slice(order, order + limit)
        .map((number, index) => ({ order: order + index + 1, number, entry: entryOf(tables, number) })),

    measured: async (stream, technique, { before = Number.MAX_SAFE_INTEGER, limit }) => {
      const found: Measured[] = [];
      const last = Math.min(before - 1, tables.lastNumbers.get(stream) ?? 0);
      for (let number = last; number > 0 && found.length < limit; number -= 1) {
        found.push(...measuredOf(tables, stream, technique, number));
      }
      return found;
    },

    choices: async () => ({
      streams: [...tables.lastNumbers.keys()].sort(),
      techniques: techniquesWithOutcomes(tables),
    }),
  };
}

function capturedAt(tables: Tables, { image }: EventRecord): string | null | undefined {
  return imageAt(tables, image)?.capture?.at;
}

function isWithin(time: string, { from, to }: TimeRange): boolean {
  return (from === undefined || time >= from) && (to === undefined || time < to);
}

function alertPage(tables: Tables, filter: AlertFilter, { before, after, limit }: AlertPage): AlertEntry[] {
  const { readyNumbers } = tables;
  const entries: AlertEntry[] = [];
  const upwards = after !== undefined;
  let index = upwards
    ? countBelow(readyNumbers, after + 1)
    : countBelow(readyNumbers, before ?? Number.MAX_SAFE_INTEGER) - 1;
  for (; entries.length < limit; index += upwards ? 1 : -1) {
    const number = readyNumbers[index];
    if (number === undefined || (upwards && before !== undefined && number >= before)) break;
    const entry = entryOf(tables, number);
    if (entry !== undefined && matches(tables, entry, filter)) entries.push(entry);
  }
  return upwards ? entries.reverse() : entries;
}

function matches(tables: Tables, { alert, event, image }: AlertEntry, filter: AlertFilter): boolean {
  const { stream, technique, minMeasurement } = filter;
  return (
    (stream === undefined || event.image.stream === stream) &&
    (technique === undefined || keyOf(tables, event.technique) === keyOf(tables, technique)) &&
    isWithin(image.capture?.at ?? alert.alertedAt, filter) &&
    (minMeasurement === undefined || (event.measurement !== null && event.measurement >= minMeasurement))
  );
}

function entryOf(tables: Tables, number: number): AlertEntry | undefined {
  const alert = tables.alerts.get(number);
  const event = eventAt(tables, number);
  if (alert?.state !== 'ready' || event === undefined) return undefined;
  const image = imageAt(tables, event.image);
  const reference = imageAt(tables, { stream: event.image.stream, number: event.reference });
  return image === undefined || reference === undefined ? undefined : { alert, event, image, reference };
}

function measuredOf(tables: Tables, stream: string, technique: string, number: number): Measured[] {
  const key = outcomeKey(tables, technique, { stream, number });
  const [outcome, image] = [tables.outcomes.get(key), imageAt(tables, { stream, number })];
  if (outcome === undefined || image === undefined) return [];
  const { kind, measurement, threshold } = outcome;
  const { fact, receivedAt, capture } = image;
  const size = fact?.verdict === 'decodes' ? { width: fact.width, height: fact.height } : null;
  const event = tables.eventOfOutcome.get(key);
  const alert = event !== undefined && tables.alerts.get(event)?.state === 'ready' ? event : null;
  return [{ number, receivedAt, capturedAt: capture?.at ?? null, kind, measurement, threshold, size, alert }];
}
