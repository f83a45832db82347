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
    imagesBelow: async (stream, range, page) => {
      const images = [...(tables.images.get(stream)?.values() ?? [])];
      const timeOf = ({ capture, receivedAt }: ImageRecord) => capture?.at ?? receivedAt;
      return listed(images, ({ state }) => state === 'ready', { ...range, ...page }, numberOf, timeOf);
    },

    eventsBelow: async ({ stream, ...range }, page) => {
      const events = [...tables.events.keys()].flatMap((number) => eventAt(tables, number) ?? []);
      const isListed = ({ state, image }: EventRecord) =>
        state === 'ready' && (stream === undefined || image.stream === stream);
      const timeOf = (event: EventRecord) => capturedAt(tables, event) ?? event.analyzedAt;
      return listed(events, isListed, { ...range, ...page }, numberOf, timeOf);
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

function isWithin(time: string, from: string | undefined, to: string | undefined): boolean {
  return (from === undefined || time >= from) && (to === undefined || time < to);
}

function alertPage(tables: Tables, filter: AlertFilter, page: AlertPage): AlertEntry[] {
  return listed(
    tables.readyNumbers.flatMap((number) => entryOf(tables, number) ?? []),
    (entry) => matches(tables, entry, filter),
    { ...filter, ...page },
    ({ alert }) => alert.number,
    ({ alert, image }) => image.capture?.at ?? alert.alertedAt,
  );
}

function matches(tables: Tables, { event }: AlertEntry, { stream, technique, minMeasurement }: AlertFilter): boolean {
  return (
    (stream === undefined || event.image.stream === stream) &&
    (technique === undefined || keyOf(tables, event.technique) === keyOf(tables, technique)) &&
    (minMeasurement === undefined || (event.measurement !== null && event.measurement >= minMeasurement))
  );
}

function numberOf({ number }: { readonly number: number }): number {
  return number;
}

/** A page of a list, the newest first: in the order of numbers, or of times if the list selects by them. */
function listed<T>(
  all: readonly T[],
  isListed: (item: T) => boolean,
  { from, to, before, after, limit }: TimeRange & AlertPage,
  numberIn: (item: T) => number,
  timeOf: (item: T) => string,
): T[] {
  const byTime = from !== undefined || to !== undefined;
  const placeOf = (item: T): Place => [byTime ? timeOf(item) : '', numberIn(item)];
  const boundOf = (number: number | undefined): Place | undefined => {
    const item = byTime ? all.find((each) => numberIn(each) === number) : undefined;
    if (item !== undefined) return placeOf(item);
    return byTime || number === undefined ? undefined : ['', number];
  };
  const [upper, lower] = [boundOf(before), boundOf(after)];
  const found = all
    .filter((item) => isListed(item) && isWithin(timeOf(item), from, to))
    .filter((item) => upper === undefined || compared(placeOf(item), upper) < 0)
    .filter((item) => lower === undefined || compared(placeOf(item), lower) > 0)
    .sort((a, b) => compared(placeOf(a), placeOf(b)));
  return (after === undefined ? found.slice(-limit) : found.slice(0, limit)).reverse();
}

/** What a list is ordered by. */
type Place = readonly [time: string, number: number];

function compared([time, number]: Place, [otherTime, otherNumber]: Place): number {
  return Number(time > otherTime) - Number(time < otherTime) || number - otherNumber;
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
