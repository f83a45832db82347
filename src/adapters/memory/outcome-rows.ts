import {
  type ImageId,
  type NewOutcome,
  OUTCOME_KINDS,
  type OutcomeKind,
  type OutcomeRecord,
} from '../../domain/records.ts';
import type { ImageRange, OutcomeCatalog } from '../../ports/catalog/outcomes.ts';
import { addDeadLetter, removeReplayed } from './dead-letter-rows.ts';
import { checkEventsToken } from './fences.ts';
import {
  type EventRow,
  eventAt,
  imageAt,
  isEventDead,
  isImageDead,
  isSettled,
  outcomeAt,
  outcomeKey,
  publishEvent,
  putImage,
  putOutcome,
  type Tables,
} from './tables.ts';

export function createOutcomeRows(tables: Tables): OutcomeCatalog {
  function add(outcome: NewOutcome): OutcomeRecord {
    addFacts(tables, outcome);
    const { technique, threshold, kind, measurement, reference, analyzedAt } = outcome;
    const image = { stream: outcome.image.stream, number: outcome.image.number };
    const known = outcomeAt(tables, technique, image);
    if (known !== undefined) return known;
    putOutcome(tables, { image, technique, threshold, kind, measurement, reference, analyzedAt });
    if (kind === 'changed' || kind === 'size_changed') addEvent({ ...outcome, image });
    removeReplayed(tables, technique, image);
    if (outcome.deadLetter !== undefined) addDeadLetter(tables, outcome.deadLetter);
    const added = outcomeAt(tables, technique, image);
    if (added === undefined) throw new Error(`the outcome of ${image.stream}/${image.number} was not added`);
    return added;
  }

  function addEvent({ image, technique, base, regions, differenceSha256 }: NewOutcome): void {
    const number = tables.pipeline.lastEvent + 1;
    tables.pipeline = { ...tables.pipeline, lastEvent: number };
    tables.eventOfOutcome.set(outcomeKey(tables, technique, image), number);
    const pending = { attempt: 1, state: 'pending', position: null } as const;
    tables.events.set(number, { number, technique, image, base, regions, differenceSha256, ...pending });
  }

  /** Changes an event that is pending with this attempt. */
  function change(number: number, attempt: number, changed: Partial<EventRow>): void {
    const event = tables.events.get(number);
    if (event?.state === 'pending' && event.attempt === attempt) tables.events.set(number, { ...event, ...changed });
  }

  function isOpen(technique: string, image: ImageId): boolean {
    if (imageAt(tables, image) === undefined) return false;
    if (!isSettled(tables, technique, image)) return true;
    const number = tables.eventOfOutcome.get(outcomeKey(tables, technique, image));
    const event = number === undefined ? undefined : tables.events.get(number);
    if (event?.state !== 'ready') return false;
    return tables.alerts.get(event.number)?.state !== 'ready' && !isEventDead(tables, event.number);
  }

  return {
    addOutcomes: async (outcomes) => {
      for (const { kind } of outcomes) checkKind(kind);
      return outcomes.map(add);
    },
    outcomes: async (technique, ids) => ids.map((id) => outcomeAt(tables, technique, id)),
    events: async (numbers) => numbers.map((number) => eventAt(tables, number)),

    nextEventAttempt: async (events) =>
      events.flatMap(({ number, attempt, differenceSha256 }) => {
        change(number, attempt, { attempt: attempt + 1, differenceSha256 });
        return eventAt(tables, number) ?? [];
      }),

    markEventsReady: async (events) => {
      for (const { number, attempt } of events) change(number, attempt, { state: 'ready' });
    },

    fenceEvents: async (token) => {
      tables.pipeline = { ...tables.pipeline, eventsToken: token };
    },

    markEventsPublished: async (events, token) => {
      if (token !== undefined) checkEventsToken(tables, token);
      for (const { number, position } of events) {
        const event = tables.events.get(number);
        if (event?.state === 'ready') publishEvent(tables, event, position);
      }
    },

    firstOpen: async (technique, range) => numbersIn(range).find((number) => isOpen(technique, { ...range, number })),

    tally: async (technique, range) => {
      const tally = { events: 0, alerts: 0, deadLetters: 0 };
      for (const number of numbersIn(range)) {
        const image = { stream: range.stream, number };
        const key = outcomeKey(tables, technique, image);
        if (tables.outcomes.get(key)?.kind === 'dead') tally.deadLetters += 1;
        const event = tables.eventOfOutcome.get(key);
        if (event === undefined) continue;
        tally.events += 1;
        if (tables.alerts.get(event)?.state === 'ready') tally.alerts += 1;
        const isPending = tables.events.get(event)?.state === 'pending';
        const isDead = isPending ? isImageDead(tables, technique, image) : isEventDead(tables, event);
        if (isDead) tally.deadLetters += 1;
      }
      return tally;
    },
  };
}

function numbersIn({ first, last }: ImageRange): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
}

/** All outcomes of a batch are added or none. */
function checkKind(kind: OutcomeKind): void {
  if (!OUTCOME_KINDS.includes(kind)) throw new TypeError(`${kind} is not the kind of an outcome`);
}

/** A fact is recorded once. Later writers have found the same fact. */
function addFacts(tables: Tables, { facts }: NewOutcome): void {
  for (const { fact, ...id } of facts) {
    const image = imageAt(tables, id);
    if (image?.fact === null) putImage(tables, { ...image, fact });
  }
}
