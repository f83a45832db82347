import { randomUUID } from 'node:crypto';
import {
  type AlertRecord,
  type DeadLetterRecord,
  type EventRecord,
  type ImageId,
  type ImageRecord,
  imageName,
  type OutcomeRecord,
  type RecordPosition,
} from '../../domain/records.ts';
import type { Threshold } from '../../domain/threshold.ts';
import type { Heartbeat } from '../../ports/catalog/heartbeats.ts';
import type { PipelineIdentity } from '../../ports/catalog/pipeline.ts';
import { keyOf } from './technique-keys.ts';

/** What a catalog stores of an outcome: its event is a row of its own. */
export type OutcomeRow = Omit<OutcomeRecord, 'event'>;

/** What a catalog stores of an event: the rest is in its outcome. */
export type EventRow = Pick<
  EventRecord,
  'number' | 'technique' | 'image' | 'state' | 'base' | 'attempt' | 'regions' | 'differenceSha256' | 'position'
>;

/** The tables of a catalog. Rows are immutable: an update replaces the row, so a row that was read before does not change. */
export interface Tables {
  /** True once another catalog has taken its place. */
  replaced: boolean;
  pipeline: PipelineIdentity & {
    readonly lastEvent: number;
    /** The token of the exclusive holder of the pipeline's lock; null once it is shared again. */
    readonly token: string | null;
    /** That of the latest holder of the lock of the events. */
    readonly eventsToken: string | null;
  };
  /** By the key of the technique (see `keyOf`), as are all maps of techniques here. */
  readonly thresholds: Map<string, Threshold>;
  /** The version in force of each technique in use. */
  readonly inForce: Map<string, string>;
  /** When each technique in use had an analyzer last. */
  readonly activeAt: Map<string, string>;
  /** The techniques in use that nothing is owed to, by name. */
  readonly idle: Map<string, true>;
  /** The last number of each stream. */
  readonly lastNumbers: Map<string, number>;
  /** By stream, then by number. */
  readonly images: Map<string, Map<number, ImageRecord>>;
  /** The token of each stream's latest holder. */
  readonly tokens: Map<string, string>;
  /** The image of each receipt id. */
  readonly receipts: Map<string, ImageId>;
  /** How often, and when last, the open images and events were published: by `publicationKey`. */
  readonly publications: Map<string, { readonly publications: number; readonly publishedAt: string }>;
  /** The newest number of each stream and path (see `pathKey`). */
  readonly newestOfPath: Map<string, number>;
  /** The numbers of the images that were received from each file (see `fileKey`), ascending. */
  readonly numbersOfFile: Map<string, readonly number[]>;
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
  discardedLetters: number;
  /** The latest heartbeat of each stage, host and process. */
  readonly heartbeats: Map<string, Heartbeat>;
}

export function newTables(): Tables {
  return {
    replaced: false,
    pipeline: {
      pipelineId: randomUUID(),
      formerIds: [],
      busId: null,
      busAddress: null,
      cleaning: false,
      transfer: null,
      lastEvent: 0,
      token: null,
      eventsToken: null,
    },
    thresholds: new Map(),
    inForce: new Map(),
    activeAt: new Map(),
    idle: new Map(),
    lastNumbers: new Map(),
    images: new Map(),
    tokens: new Map(),
    receipts: new Map(),
    publications: new Map(),
    newestOfPath: new Map(),
    numbersOfFile: new Map(),
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
    discardedLetters: 0,
    heartbeats: new Map(),
  };
}

/** Identifies an outcome. Neither a technique nor a stream's name has a space. */
export function outcomeKey(tables: Tables, technique: string, { stream, number }: ImageId): string {
  return `${keyOf(tables, technique)} ${stream} ${number}`;
}

export function imageAt({ images }: Tables, { stream, number }: ImageId): ImageRecord | undefined {
  return images.get(stream)?.get(number);
}

/** Adds an image's row, or replaces it. */
export function putImage(tables: Tables, image: ImageRecord): void {
  setDefault(tables.images, image.stream, () => new Map()).set(image.number, image);
}

/** The pending images of a stream, by number. */
export function pendingImages({ images }: Tables, stream: string): ImageRecord[] {
  return [...(images.get(stream)?.values() ?? [])]
    .filter(({ state }) => state === 'pending')
    .sort((a, b) => a.number - b.number);
}

/** Identifies an image or event in `publications`. */
export function publicationKey(open: ImageId | number): string {
  return typeof open === 'number' ? `event ${open}` : imageName(open);
}

export function publishImage(tables: Tables, id: ImageId, position: RecordPosition | null): void {
  const image = imageAt(tables, id);
  if (image === undefined) return;
  putImage(tables, { ...image, position });
  countPublication(tables, publicationKey(id), position);
}

export function publishEvent(tables: Tables, event: EventRow, position: RecordPosition): void {
  tables.events.set(event.number, { ...event, position });
  countPublication(tables, publicationKey(event.number), position);
}

function countPublication({ publications }: Tables, key: string, position: RecordPosition | null): void {
  const before = publications.get(key)?.publications ?? 0;
  if (position === null) publications.delete(key);
  else publications.set(key, { publications: before + 1, publishedAt: new Date().toISOString() });
}

export function putOutcome(tables: Tables, outcome: OutcomeRow): void {
  const { technique, image } = outcome;
  const key = keyOf(tables, technique);
  tables.outcomes.set(outcomeKey(tables, technique, image), outcome);
  tables.outcomeCounts.set(key, (tables.outcomeCounts.get(key) ?? 0) + 1);
}

export function deleteOutcome(tables: Tables, technique: string, image: ImageId): void {
  if (!tables.outcomes.delete(outcomeKey(tables, technique, image))) return;
  const key = keyOf(tables, technique);
  const count = (tables.outcomeCounts.get(key) ?? 0) - 1;
  if (count > 0) tables.outcomeCounts.set(key, count);
  else tables.outcomeCounts.delete(key);
}

/** The techniques that have outcomes, by name: the version in force of each. */
export function techniquesWithOutcomes({ outcomeCounts, inForce }: Tables): string[] {
  return [...outcomeCounts.keys()].sort().map((key) => inForce.get(key) ?? key);
}

/** Whether an image has an outcome of a technique, whose event, if any, is ready. */
export function hasCompleteOutcome(tables: Tables, technique: string, image: ImageId): boolean {
  const key = outcomeKey(tables, technique, image);
  const event = tables.eventOfOutcome.get(key);
  return tables.outcomes.has(key) && (event === undefined || tables.events.get(event)?.state !== 'pending');
}

/** Whether an image has an outcome of a technique, whose event, if any, is ready, or set aside by a dead letter. */
export function isSettled(tables: Tables, technique: string, image: ImageId): boolean {
  if (!tables.outcomes.has(outcomeKey(tables, technique, image))) return false;
  return hasCompleteOutcome(tables, technique, image) || isImageDead(tables, technique, image);
}

/** The active techniques that a ready image is not settled for; `[null]` if for none at all and no technique is in use. */
export function owedTechniques(tables: Tables, image: ImageId): (string | null)[] {
  if (imageAt(tables, image)?.state !== 'ready') return [];
  const has = (technique: string) => isSettled(tables, technique, image);
  const inUse = [...tables.thresholds.keys()].sort();
  if (inUse.length > 0) return inUse.filter((technique) => !tables.idle.has(technique) && !has(technique));
  return [...tables.outcomeCounts.keys()].some(has) ? [] : [null];
}

/** An event with the fields of its outcome; undefined if either is missing. */
export function eventAt(tables: Tables, number: number): EventRecord | undefined {
  const { events, outcomes } = tables;
  const row = events.get(number);
  if (row === undefined) return undefined;
  const outcome = outcomes.get(outcomeKey(tables, row.technique, row.image));
  if (outcome === undefined || outcome.reference === null) return undefined;
  if (outcome.kind !== 'changed' && outcome.kind !== 'size_changed') return undefined;
  const { kind, threshold, measurement, reference, analyzedAt } = outcome;
  return { ...row, kind, threshold, measurement, reference, analyzedAt };
}

/** An outcome with its event; undefined if it does not exist. */
export function outcomeAt(tables: Tables, technique: string, image: ImageId): OutcomeRecord | undefined {
  const key = outcomeKey(tables, technique, image);
  const row = tables.outcomes.get(key);
  if (row === undefined) return undefined;
  const event = tables.eventOfOutcome.get(key);
  return { ...row, event: event === undefined ? null : (eventAt(tables, event) ?? null) };
}

/** Whether a dead letter that has not been replayed settles the image for the technique. */
export function isImageDead(tables: Tables, technique: string, image: ImageId): boolean {
  return lettersOfImage(tables, technique, image).some(({ replayedAt }) => replayedAt === null);
}

/** Whether a dead letter that has not been replayed settles the event. */
export function isEventDead(tables: Tables, event: number): boolean {
  return lettersOfEvent(tables, event).some(({ replayedAt }) => replayedAt === null);
}

/** The analyze stage's dead letters of an image and technique. */
export function lettersOfImage(tables: Tables, technique: string, { stream, number }: ImageId): DeadLetterRecord[] {
  const key = keyOf(tables, technique);
  return [...tables.deadLetters.values()].filter(
    ({ stage, image, technique: of }) =>
      stage === 'analyze' &&
      image?.stream === stream &&
      image.number === number &&
      of !== null &&
      keyOf(tables, of) === key,
  );
}

/** The alert stage's dead letters of an event. */
export function lettersOfEvent({ deadLetters }: Tables, event: number): DeadLetterRecord[] {
  return [...deadLetters.values()].filter((letter) => letter.stage === 'alert' && letter.event === event);
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
