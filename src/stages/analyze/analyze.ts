import { consumerGroup, deadLetterMessage, imageEventMessage, TOPICS } from '../../domain/messages.ts';
import {
  type EventRecord,
  type ImageRecord,
  imageName,
  type NewDeadLetter,
  type OutcomeRecord,
} from '../../domain/records.ts';
import type { Observer } from '../../domain/reports.ts';
import type { Threshold } from '../../domain/threshold.ts';
import type { DeadLetterCatalog } from '../../ports/catalog/dead-letters.ts';
import type { ImageCatalog } from '../../ports/catalog/images.ts';
import type { OutcomeCatalog } from '../../ports/catalog/outcomes.ts';
import type { PipelineIdentity } from '../../ports/catalog/pipeline.ts';
import type { Comparator } from '../../ports/comparator.ts';
import type { ReceivedMessage } from '../../ports/event-bus.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { Handled, HandlerContext, Stage } from '../consume/consume.ts';
import { imageOfMessage } from '../consume/received-message.ts';
import { deadLetterBad, type MessageRows, reportsOf, sortMessages } from '../consume/sort-messages.ts';
import { type ComparedImage, createImageComparison, type DecodeCache } from './compare-image.ts';
import { createConcurrentTasks } from './concurrent-tasks.ts';
import { createEventFiles } from './event-files.ts';
import { createImageDeadLetterer, resolveExistingDeadLetters } from './image-dead-letters.ts';
import { createMaskReader, createPictureReader } from './stored-picture.ts';

/** What the stage needs of the catalog. */
export type AnalyzeCatalog = Pick<ImageCatalog, 'images' | 'references'> &
  Pick<
    OutcomeCatalog,
    'outcomes' | 'events' | 'addOutcomes' | 'nextEventAttempt' | 'markEventsReady' | 'markEventsPublished'
  > &
  Pick<DeadLetterCatalog, 'addDeadLetters' | 'deadLettersOf' | 'removeDeadLetters'>;

export interface AnalyzeParts extends Observer {
  readonly catalog: AnalyzeCatalog;
  readonly store: ObjectStore;
  readonly comparator: Comparator;
  readonly pipeline: PipelineIdentity;
  /** The technique's id: `l2@2`. */
  readonly technique: string;
  readonly threshold: Threshold;
  readonly objectWaitMs: number;
}

/** The limits of a batch: outcomes are stored after this many images, or bytes of difference images in memory. */
const MAX_IMAGES = 64;
const MAX_DIFFERENCE_BYTES = 8 * 1024 * 1024;
/** After so many different notes, no more are told. */
const MAX_TOLD_NOTES = 1000;

/** A message with the image that it names. */
interface NamedImage {
  readonly message: ReceivedMessage;
  readonly image: ImageRecord;
}

interface BatchResult {
  /** Outcomes that the catalog had before. */
  readonly existing: readonly OutcomeRecord[];
  /** What was compared now, by image name. */
  readonly compared: ReadonlyMap<string, ComparedImage>;
  /** The first image that was left for the next batch. */
  readonly next: NamedImage | undefined;
}

/** The stage that compares each image with the one before and stores the outcome. It keeps no state between messages. */
export function createAnalyzeStage(parts: AnalyzeParts): Stage {
  const { catalog, store, comparator, pipeline, technique, onReport, onStep } = parts;
  const picture = createPictureReader(store, parts.objectWaitMs);
  const mask = createMaskReader(store);
  const compare = createImageComparison({ ...parts, picture, mask, base: store.address });
  const writeFiles = createEventFiles({ ...parts, picture, mask });
  const toldNotes = new Set<string>();
  const images: MessageRows<'imgpipe.image.received.v1', ImageRecord> = {
    type: 'imgpipe.image.received.v1',
    pipeline,
    rows: (named) => catalog.images(named.map(({ stream, image_num }) => ({ stream, number: image_num }))),
    rowOf: imageOfMessage,
  };

  async function handle(messages: readonly ReceivedMessage[], context: HandlerContext): Promise<Handled> {
    const batch = messages.slice(0, MAX_IMAGES);
    const sorted = await sortMessages(batch, images);
    const named = sorted.flatMap((each) => (each.kind === 'named' ? [{ message: each.message, image: each.row }] : []));
    // A pending image is published once it is ready, whoever has named it now.
    const ready = named.filter(({ image }) => image.state === 'ready');
    const { existing, compared, next } = await compareAll(ready, context);
    const handledCount = next === undefined ? batch.length : batch.indexOf(next.message);
    const handled = sorted.slice(0, handledCount);
    const added = await addOutcomes([...compared.values()]);
    const outcomes = await withReadyEvents([...existing, ...added], compared, context);
    const events = outcomes.flatMap(({ event }) => (event === null ? [] : [event]));
    const bad = await deadLetterBad('analyze', handled, catalog);
    const letters = [
      ...bad,
      ...added.flatMap((outcome) => letterOf(outcome, compared.get(imageName(outcome.image))) ?? []),
      ...(await resolveExistingDeadLetters(catalog, technique, existing)),
    ];
    const unpublished = events.filter(({ state, position }) => state === 'ready' && position === null);
    return {
      handledCount,
      publish: unpublished.map((event) => imageEventMessage(pipeline.pipelineId, event)),
      deadLetters: letters.map((letter) => deadLetterMessage(pipeline.pipelineId, letter)),
      recordPositions: (positions) =>
        catalog.markEventsPublished(
          unpublished.flatMap(({ number }, index) => {
            const position = positions[index];
            return position === undefined ? [] : [{ number, position }];
          }),
        ),
      report: () => {
        for (const report of reportsOf('analyze', handled, bad)) onReport?.(report);
        for (const image of compared.values()) reportNotes(image);
        for (const [index, outcome] of outcomes.entries()) {
          reportOutcome(outcome, compared.get(imageName(outcome.image)), index < existing.length);
        }
      },
    };
  }

  /** The outcomes, once the files of their events are complete. */
  async function withReadyEvents(
    outcomes: readonly OutcomeRecord[],
    compared: BatchResult['compared'],
    context: HandlerContext,
  ): Promise<OutcomeRecord[]> {
    const pending = outcomes.flatMap(({ event }) => (event?.state === 'pending' ? [event] : []));
    const ready = await writeFiles(pending, (event) => differenceFor(event, compared), context);
    const byNumber = new Map(ready.map((event) => [event.number, event]));
    return outcomes.map((outcome) => ({
      ...outcome,
      event: outcome.event && (byNumber.get(outcome.event.number) ?? outcome.event),
    }));
  }

  /** Compares the images that have no outcome yet, concurrently, until the batch is full. */
  async function compareAll(images: readonly NamedImage[], context: HandlerContext): Promise<BatchResult> {
    const ids = images.map(({ image }) => image);
    const [outcomes, references] = await Promise.all([catalog.outcomes(technique, ids), catalog.references(ids)]);
    const existing: OutcomeRecord[] = [];
    const decodeCache: DecodeCache = new Map();
    const tasks = createConcurrentTasks(
      () => comparator.atOnce,
      ({ difference }: ComparedImage) => difference?.length ?? 0,
    );
    let next: NamedImage | undefined;
    try {
      for (const [index, named] of images.entries()) {
        const outcome = outcomes[index];
        const name = imageName(named.image);
        if (outcome !== undefined) {
          existing.push(outcome);
        } else if (!tasks.has(name)) {
          await tasks.waitForSlot();
          const full = tasks.resultSize() > MAX_DIFFERENCE_BYTES || !context.isCurrent() || context.signal.aborted;
          if (full && !tasks.isEmpty()) {
            next = named;
            break;
          }
          tasks.start(name, compare({ ...named, reference: references[index] }, decodeCache, context));
        }
      }
      return { existing, compared: await tasks.results(), next };
    } finally {
      await tasks.settled();
    }
  }

  async function addOutcomes(compared: readonly ComparedImage[]): Promise<OutcomeRecord[]> {
    if (compared.length === 0) return [];
    await onStep?.('analyze:compared');
    const added = await catalog.addOutcomes(compared.map(({ outcome }) => outcome));
    await onStep?.('analyze:entered');
    return added;
  }

  /** Tells what is odd about a file, once for each note and stream. Numbers in a note differ from file to file. */
  function reportNotes({ outcome: { facts } }: ComparedImage): void {
    for (const { stream, number, fact } of facts) {
      for (const note of fact.verdict === 'decodes' ? (fact.notes ?? []) : []) {
        const told = `${stream}: ${note.replaceAll(/\d+/g, '#')}`;
        if (toldNotes.has(told) || toldNotes.size >= MAX_TOLD_NOTES) continue;
        toldNotes.add(told);
        onReport?.({ kind: 'odd_picture', image: { stream, number }, note });
      }
    }
  }

  function reportOutcome(outcome: OutcomeRecord, compared: ComparedImage | undefined, repeated: boolean): void {
    onReport?.({ kind: 'outcome', outcome, repeated });
    const letter = letterOf(outcome, compared);
    if (letter !== undefined) onReport?.({ kind: 'dead_letter', letter, origin: compared?.image.origin });
  }

  return {
    name: 'analyze',
    topic: TOPICS.imageAnalysis,
    group: consumerGroup(technique),
    publishesTo: TOPICS.imageEventAlert,
    deadLettersTo: TOPICS.imageAnalysisDead,
    handle,
    deadLetter: createImageDeadLetterer({ ...parts, images }),
  };
}

function differenceFor(event: EventRecord, compared: ReadonlyMap<string, ComparedImage>) {
  const image = compared.get(imageName(event.image));
  return image && { reference: image.outcome.reference, difference: image.difference };
}

/** The dead letter that was stored with a dead outcome. */
function letterOf(outcome: OutcomeRecord, compared: ComparedImage | undefined): NewDeadLetter | undefined {
  return outcome.kind === 'dead' ? compared?.outcome.deadLetter : undefined;
}
