import { type Subject, subjectOf } from '../domain/dead-letters.ts';
import { imageEventMessage, TOPICS } from '../domain/messages.ts';
import type { DeadLetterHead } from '../domain/records.ts';
import type { Observer } from '../domain/reports.ts';
import type { DeadLetterCatalog } from '../ports/catalog/dead-letters.ts';
import type { OutcomeCatalog } from '../ports/catalog/outcomes.ts';
import type { EventBus } from '../ports/event-bus.ts';
import { deadLetterHeads, findDeadLetters } from './dead-letters.ts';

/** How many dead letters of images and events are replayed together. */
const PAGE = 256;
/** How many messages are published together. They may be large. */
const MESSAGES = 16;

/** The result of replaying a dead letter. */
export type Replayed =
  /** Its message, or that of its image or event, was published again. */
  | { readonly letter: DeadLetterHead; readonly how: 'published' }
  /** Its image was marked. The holder of the stream's lock publishes it again. */
  | { readonly letter: DeadLetterHead; readonly how: 'left'; readonly holder: string }
  /** It was replayed before and has not been handled yet. */
  | { readonly letter: DeadLetterHead; readonly how: 'waits' }
  /** It was dropped, and stays as it is. */
  | { readonly letter: DeadLetterHead; readonly how: 'dropped' }
  /** There is nothing to publish: its message was not stored, or its event has no row. */
  | { readonly letter: DeadLetterHead; readonly how: 'gone' };

/** What a replay needs of the catalog. */
export type ReplayCatalog = Pick<OutcomeCatalog, 'events'> &
  Omit<DeadLetterCatalog, 'addDeadLetters' | 'deadLettersOf' | 'dropDeadLetters'>;

export interface ReplayParts extends Pick<Observer, 'onStep'> {
  readonly catalog: ReplayCatalog;
  readonly bus: Pick<EventBus, 'publish'>;
  readonly pipelineId: string;
  /** Publishes a stream's images. Resolves with the holder if another process holds the stream's lock. */
  readonly publishIfFree: (stream: string) => Promise<{ readonly holder: string } | undefined>;
}

/**
 * Replays dead letters. A dead letter of an image is marked, and the image published again under its stream's lock. One
 * of an event is marked once the event is published again. One of a message is removed once the message is published
 * again. Dropped ones are left alone. Throws `not_found` if an id does not exist, before it replays any.
 */
export async function replay(parts: ReplayParts, ids: readonly number[] | 'all'): Promise<Replayed[]> {
  const { catalog } = parts;
  const heads = ids === 'all' ? await allHeads(catalog) : await headsOf(catalog, ids);
  const dropped = heads.filter(({ droppedAt }) => droppedAt !== null);
  const letters = heads.filter(({ droppedAt }) => droppedAt === null).sort(byId);
  const about = (kind: Subject['kind']) => letters.filter((letter) => subjectOf(letter).kind === kind);
  const replayed = [
    ...(await replayImages(parts, about('image'))),
    ...(await replayEvents(parts, about('event'))),
    ...(await replayMessages(parts, about('message'))),
    ...dropped.map((letter) => ({ letter, how: 'dropped' }) as const),
  ];
  return replayed.sort((a, b) => byId(a.letter, b.letter));
}

/** Marks all images before it publishes the first, so that each stream's images are published by number. */
async function replayImages(parts: ReplayParts, letters: readonly DeadLetterHead[]): Promise<Replayed[]> {
  const { catalog, publishIfFree, onStep } = parts;
  for (const page of pages(letters, PAGE)) {
    await catalog.replayImages(
      page.map(({ id }) => id),
      now(),
    );
    await onStep?.('replay:marked');
  }
  const streams = new Set(letters.flatMap(({ image }) => image?.stream ?? []));
  const holders = new Map<string, string>();
  for (const stream of streams) {
    const held = await publishIfFree(stream);
    if (held !== undefined) holders.set(stream, held.holder);
  }
  return letters.map((letter) => {
    if (letter.replayedAt !== null) return { letter, how: 'waits' };
    const holder = holders.get(letter.image?.stream ?? '');
    return holder === undefined ? { letter, how: 'published' } : { letter, how: 'left', holder };
  });
}

/**
 * Publishes events before it marks their dead letters. If it is interrupted in between, the event is handled, and its
 * alert removes the dead letter.
 */
async function replayEvents(parts: ReplayParts, letters: readonly DeadLetterHead[]): Promise<Replayed[]> {
  const { catalog, bus, pipelineId, onStep } = parts;
  const published = new Set<number>();
  const unmarked = letters.filter(({ replayedAt }) => replayedAt === null);
  for (const page of pages(unmarked, PAGE)) {
    const events = await catalog.events(page.flatMap(({ event }) => event ?? []));
    const known = page.flatMap(({ id }, index) => {
      const event = events[index];
      return event === undefined ? [] : [{ id, event }];
    });
    const positions = await bus.publish(
      TOPICS.imageEventAlert,
      known.map(({ event }) => imageEventMessage(pipelineId, event)),
    );
    await onStep?.('replay:published');
    const replayed = known.flatMap(({ id }, index) => {
      const position = positions[index];
      return position === undefined ? [] : [{ id, position }];
    });
    await catalog.replayEvents(replayed, now());
    for (const { id } of known) published.add(id);
  }
  return letters.map((letter) => {
    if (letter.replayedAt !== null) return { letter, how: 'waits' };
    return { letter, how: published.has(letter.id) ? 'published' : 'gone' };
  });
}

/** A message that cannot be handled this time either becomes another dead letter. */
async function replayMessages(parts: ReplayParts, letters: readonly DeadLetterHead[]): Promise<Replayed[]> {
  const { catalog, bus, onStep } = parts;
  const published = new Set<number>();
  for (const page of pages(letters, MESSAGES)) {
    const found = await catalog.deadLetters(page.map(({ id }) => id));
    const kept = found.flatMap((letter) => {
      if (letter === undefined || letter.message === null || letter.position === null) return [];
      return [{ id: letter.id, message: letter.message, topic: letter.position.topic }];
    });
    for (const topic of new Set(kept.map((each) => each.topic))) {
      const messages = kept.filter((each) => each.topic === topic).map(({ message }) => message);
      await bus.publish(topic, messages);
    }
    if (kept.length > 0) await onStep?.('replay:published');
    await catalog.removeDeadLetters(kept.map(({ id }) => id));
    for (const { id } of kept) published.add(id);
  }
  return letters.map((letter) => ({ letter, how: published.has(letter.id) ? 'published' : 'gone' }));
}

/** All dead letters that were not dropped. */
async function allHeads(catalog: ReplayCatalog): Promise<DeadLetterHead[]> {
  const heads: DeadLetterHead[] = [];
  for await (const head of deadLetterHeads(catalog)) heads.push(head);
  return heads;
}

async function headsOf(catalog: ReplayCatalog, ids: readonly number[]): Promise<DeadLetterHead[]> {
  const letters = await findDeadLetters(catalog, [...new Set(ids)]);
  return letters.map(({ stack: _, message: __, ...head }) => head);
}

function byId(a: DeadLetterHead, b: DeadLetterHead): number {
  return a.id - b.id;
}

function* pages<T>(all: readonly T[], size: number): Generator<readonly T[]> {
  for (let first = 0; first < all.length; first += size) yield all.slice(first, first + size);
}

function now(): string {
  return new Date().toISOString();
}
