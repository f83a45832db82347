import { MAX_MESSAGE_LETTERS, subjectOf } from '../../domain/dead-letters.ts';
import type { DeadLetterHead, DeadLetterRecord, ImageId, NewDeadLetter, RecordPosition } from '../../domain/records.ts';
import type { DeadLetterCatalog } from '../../ports/catalog/dead-letters.ts';
import {
  deleteOutcome,
  hasCompleteOutcome,
  imageAt,
  lettersOfEvent,
  lettersOfImage,
  outcomeKey,
  publishEvent,
  publishImage,
  putImage,
  type Tables,
} from './tables.ts';
import { keyOf } from './technique-keys.ts';

export function createDeadLetterRows(tables: Tables): DeadLetterCatalog {
  function mark(letters: readonly DeadLetterRecord[], at: string): void {
    for (const letter of letters) tables.deadLetters.set(letter.id, { ...letter, replayedAt: at });
  }

  function unmarked(id: number): DeadLetterRecord | undefined {
    const letter = tables.deadLetters.get(id);
    return letter?.replayedAt === null && letter.droppedAt === null ? letter : undefined;
  }

  function replayImage(id: number, at: string): void {
    const letter = unmarked(id);
    const subject = letter && subjectOf(letter);
    if (subject?.kind !== 'image') return;
    const { technique, image } = subject;
    const letters = lettersOfImage(tables, technique, image);
    if (tables.outcomes.get(outcomeKey(tables, technique, image))?.kind === 'dead')
      deleteOutcome(tables, technique, image);
    const row = imageAt(tables, image);
    if (hasCompleteOutcome(tables, technique, image)) {
      for (const each of letters) tables.deadLetters.delete(each.id);
      return;
    }
    mark(letters, at);
    if (row === undefined) return;
    // The verdict may come from limits that have changed.
    putImage(tables, { ...row, fact: row.fact?.verdict === 'decodes' ? row.fact : null });
    publishImage(tables, image, null);
  }

  function replayEvent(id: number, position: RecordPosition, at: string): void {
    const letter = unmarked(id);
    const subject = letter && subjectOf(letter);
    if (subject?.kind !== 'event') return;
    mark(lettersOfEvent(tables, subject.event), at);
    const event = tables.events.get(subject.event);
    if (event !== undefined) publishEvent(tables, event, position);
  }

  return {
    addDeadLetters: async (letters) => {
      for (const letter of letters) addDeadLetter(tables, letter);
    },

    deadLetterHeads: async (before = Number.MAX_SAFE_INTEGER, limit, { withDropped } = { withDropped: false }) =>
      [...tables.deadLetters.values()]
        .filter(({ id, droppedAt }) => id < before && (withDropped || droppedAt === null))
        .reverse()
        .slice(0, limit)
        .map(headOf),

    deadLetters: async (ids) => ids.map((id) => tables.deadLetters.get(id)),

    deadLetterRange: async () => {
      const ids = [...tables.deadLetters.keys()];
      const [first, last] = [ids.at(0), ids.at(-1)];
      return first === undefined || last === undefined ? undefined : { count: ids.length, first, last };
    },

    deadLettersOf: async (technique, images) => images.flatMap((image) => lettersOfImage(tables, technique, image)),

    replayImages: async (ids, at) => {
      for (const id of ids) replayImage(id, at);
    },

    replayEvents: async (replayed, at) => {
      for (const { id, position } of replayed) replayEvent(id, position, at);
    },

    dropDeadLetters: async (ids, at) => {
      for (const letter of ids.map(unmarked)) {
        if (letter !== undefined) tables.deadLetters.set(letter.id, { ...letter, droppedAt: at });
      }
    },

    removeDeadLetters: async (ids) => {
      for (const id of ids) tables.deadLetters.delete(id);
    },
  };
}

/** See `DeadLetterCatalog.addDeadLetters`. */
export function addDeadLetter(tables: Tables, letter: NewDeadLetter): void {
  const subject = subjectOf(letter);
  const earlier =
    subject.kind === 'image'
      ? lettersOfImage(tables, subject.technique, subject.image)
      : subject.kind === 'event'
        ? lettersOfEvent(tables, subject.event)
        : [];
  const key = subjectKey(tables, letter);
  for (const each of earlier) {
    if (each.replayedAt !== null || positionKey(each.position) !== positionKey(letter.position)) {
      tables.deadLetters.delete(each.id);
    }
  }
  for (const each of tables.deadLetters.values()) if (subjectKey(tables, each) === key) return;
  tables.lastDeadLetter += 1;
  const id = tables.lastDeadLetter;
  tables.deadLetters.set(id, { ...letter, id, replayedAt: null, droppedAt: null });
  if (subject.kind === 'message') discardOldest(tables);
}

/** Deletes the oldest dead letters of messages alone, as far as there are too many, and counts them. */
function discardOldest(tables: Tables): void {
  const ofMessages = [...tables.deadLetters.values()].filter((letter) => subjectOf(letter).kind === 'message');
  for (const { id } of ofMessages.slice(0, Math.max(0, ofMessages.length - MAX_MESSAGE_LETTERS))) {
    tables.deadLetters.delete(id);
    tables.discardedLetters += 1;
  }
}

/** Removes the replayed dead letters of an image and technique, which have a new outcome. */
export function removeReplayed(tables: Tables, technique: string, image: ImageId): void {
  for (const { id, replayedAt } of lettersOfImage(tables, technique, image)) {
    if (replayedAt !== null) tables.deadLetters.delete(id);
  }
}

/** Removes the alert stage's dead letters of an event, which has a ready alert. */
export function removeLettersOfEvent(tables: Tables, event: number): void {
  for (const { id } of lettersOfEvent(tables, event)) tables.deadLetters.delete(id);
}

function headOf({ stack: _, message: __, ...head }: DeadLetterRecord): DeadLetterHead {
  return head;
}

/** Identifies a dead letter by its subject and message. */
function subjectKey(tables: Tables, { stage, technique, image, event, position }: NewDeadLetter): string {
  const of = technique === null ? null : keyOf(tables, technique);
  return JSON.stringify([stage, of, image?.stream, image?.number, event, positionKey(position)]);
}

function positionKey(position: RecordPosition | null): string {
  return position === null ? '' : JSON.stringify([position.bus, position.topic, position.partition, position.offset]);
}
