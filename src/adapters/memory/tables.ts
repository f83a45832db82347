import { randomUUID } from 'node:crypto';
import type {
  AlertRecord,
  DeadLetterRecord,
  EventRecord,
  ImageId,
  ImageRecord,
  OutcomeRecord,
} from '../../domain/records.ts';
import type { Threshold } from '../../domain/threshold.ts';
import type { Heartbeat } from '../../ports/catalog/heartbeats.ts';
import type { PipelineIdentity } from '../../ports/catalog/pipeline.ts';

/** What a catalog stores of an outcome: its event is a row of its own. */
export type OutcomeRow = Omit<OutcomeRecord, 'event'>;

/** What a catalog stores of an event: the rest is in its outcome. */
export type EventRow = Pick<
  EventRecord,
  'number' | 'technique' | 'image' | 'state' | 'base' | 'regions' | 'differenceSha256' | 'position'
>;

/** The tables of a catalog. Rows are immutable: an update replaces the row, so a row that was read before does not change. */
export interface Tables {
  pipeline: PipelineIdentity & { readonly lastEvent: number };
  readonly thresholds: Map<string, Threshold>;
  /** The last number of each stream. */
  readonly lastNumbers: Map<string, number>;
  /** By stream, then by number. */
  readonly images: Map<string, Map<number, ImageRecord>>;
  /** The image of each name in `incoming/`. */
  readonly incoming: Map<string, ImageId>;
  /** The newest number of each stream and origin (see `originKey`). */
  readonly newestOfOrigin: Map<string, number>;
  /** The images that are pending or have no position: numbers by stream. */
  readonly unpublished: Map<string, Set<number>>;
  /** By `outcomeKey`. */
  readonly outcomes: Map<string, OutcomeRow>;
  /** How many outcomes each technique has. */
  readonly outcomeCounts: Map<string, number>;
  readonly events: Map<number, EventRow>;
  /** The number of the event of each outcome that has one, by `outcomeKey`. */
  readonly eventOfOutcome: Map<string, number>;
  readonly alerts: Map<number, AlertRecord>;
  /** The numbers of alerts in the order in which they became ready. */
  readonly readyOrder: number[];
  /** The same numbers, ascending. */
  readonly readyNumbers: number[];
  /** Milliseconds from an image's receipt to its alert, for each ready alert. */
  readonly delays: number[];
  /** By id, ascending. */
  readonly deadLetters: Map<number, DeadLetterRecord>;
  lastDeadLetter: number;
  /** The latest heartbeat of each stage, host and process. */
  readonly heartbeats: Map<string, Heartbeat>;
}

export function newTables(): Tables {
  return {
    pipeline: { pipelineId: randomUUID(), formerIds: [], busId: null, cleaning: false, lastEvent: 0 },
    thresholds: new Map(),
    lastNumbers: new Map(),
    images: new Map(),
    incoming: new Map(),
    newestOfOrigin: new Map(),
    unpublished: new Map(),
    outcomes: new Map(),
    outcomeCounts: new Map(),
    events: new Map(),
    eventOfOutcome: new Map(),
    alerts: new Map(),
    readyOrder: [],
    readyNumbers: [],
    delays: [],
    deadLetters: new Map(),
    lastDeadLetter: 0,
    heartbeats: new Map(),
  };
}

/** Identifies an outcome. Neither a technique nor a stream's name has a space. */
export function outcomeKey(technique: string, { stream, number }: ImageId): string {
  return `${technique} ${stream} ${number}`;
}

export function originKey(stream: string, origin: string): string {
  return `${stream} ${origin}`;
}

export function imageAt({ images }: Tables, { stream, number }: ImageId): ImageRecord | undefined {
  return images.get(stream)?.get(number);
}

/** Adds an image's row, or replaces it. */
export function putImage(tables: Tables, image: ImageRecord): void {
  const { stream, number } = image;
  setDefault(tables.images, stream, () => new Map()).set(number, image);
  const unpublished = setDefault(tables.unpublished, stream, () => new Set());
  if (image.state === 'pending' || image.position === null) unpublished.add(number);
  else unpublished.delete(number);
}

export function putOutcome(tables: Tables, outcome: OutcomeRow): void {
  const { technique, image } = outcome;
  tables.outcomes.set(outcomeKey(technique, image), outcome);
  tables.outcomeCounts.set(technique, (tables.outcomeCounts.get(technique) ?? 0) + 1);
}

export function deleteOutcome(tables: Tables, technique: string, image: ImageId): void {
  if (!tables.outcomes.delete(outcomeKey(technique, image))) return;
  const count = (tables.outcomeCounts.get(technique) ?? 0) - 1;
  if (count > 0) tables.outcomeCounts.set(technique, count);
  else tables.outcomeCounts.delete(technique);
}

/** The techniques that have outcomes, by name. */
export function techniquesWithOutcomes({ outcomeCounts }: Tables): string[] {
  return [...outcomeCounts.keys()].sort();
}

/** The techniques in use whose outcome an image lacks; `[null]` if it has none at all and no technique is in use. */
export function owedTechniques(tables: Tables, image: ImageId): (string | null)[] {
  const has = (technique: string) => tables.outcomes.has(outcomeKey(technique, image));
  const inUse = [...tables.thresholds.keys()].sort();
  if (inUse.length > 0) return inUse.filter((technique) => !has(technique));
  return [...tables.outcomeCounts.keys()].some(has) ? [] : [null];
}

/** An event with the fields of its outcome; undefined if either is missing. */
export function eventAt({ events, outcomes }: Tables, number: number): EventRecord | undefined {
  const row = events.get(number);
  if (row === undefined) return undefined;
  const outcome = outcomes.get(outcomeKey(row.technique, row.image));
  if (outcome === undefined || outcome.reference === null) return undefined;
  if (outcome.kind !== 'changed' && outcome.kind !== 'size_changed') return undefined;
  const { kind, threshold, measurement, reference, analyzedAt } = outcome;
  return { ...row, kind, threshold, measurement, reference, analyzedAt };
}

/** An outcome with its event; undefined if it does not exist. */
export function outcomeAt(tables: Tables, technique: string, image: ImageId): OutcomeRecord | undefined {
  const key = outcomeKey(technique, image);
  const row = tables.outcomes.get(key);
  if (row === undefined) return undefined;
  const event = tables.eventOfOutcome.get(key);
  return { ...row, event: event === undefined ? null : (eventAt(tables, event) ?? null) };
}

/** Whether a dead letter that has not been replayed closes the event. */
export function isEventDead({ deadLetters }: Tables, event: number): boolean {
  for (const letter of deadLetters.values()) {
    if (letter.event === event && letter.replayedAt === null) return true;
  }
  return false;
}

/** A copy of the tables with the same rows. */
export function copyOf(tables: Tables): Tables {
  const copied = Object.entries(tables).map(([name, table]) => [
    name,
    table instanceof Map ? new Map(table) : Array.isArray(table) ? [...table] : table,
  ]);
  return {
    ...(Object.fromEntries(copied) as Tables),
    images: new Map([...tables.images].map(([stream, images]) => [stream, new Map(images)])),
    unpublished: new Map([...tables.unpublished].map(([stream, numbers]) => [stream, new Set(numbers)])),
  };
}

/** All images, by stream and number. */
export function sortedImages({ images }: Tables): ImageRecord[] {
  return [...images.values()].flatMap((rows) => [...rows.values()]).sort(compareImages);
}

export function compareImages(a: ImageId, b: ImageId): number {
  return compareText(a.stream, b.stream) || a.number - b.number;
}

/** By code units, as the databases do. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function setDefault<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
