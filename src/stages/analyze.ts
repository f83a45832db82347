import { consumerGroup } from '../domain/consumer-groups.ts';
import { deadLetterMessage, imageEventMessage, type MessageData, TOPICS } from '../domain/messages.ts';
import {
  type EventRecord,
  type ImageId,
  type ImageRecord,
  imageName,
  type NewDeadLetter,
  type OutcomeRecord,
} from '../domain/records.ts';
import type { Observer } from '../domain/reports.ts';
import type { Threshold } from '../domain/threshold.ts';
import type { Catalog } from '../ports/catalog/catalog.ts';
import type { PipelineIdentity } from '../ports/catalog/pipeline.ts';
import type { Comparator } from '../ports/comparator.ts';
import type { ReceivedMessage } from '../ports/event-bus.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { agreeingImage } from './agreement.ts';
import { createAhead } from './ahead.ts';
import type { Handled, HandlerContext, Stage } from './consume.ts';
import { createImageDeadLetterer } from './dead-letter-image.ts';
import { createEventFiles } from './event-files.ts';
import { resolveExistingDeadLetters } from './existing-dead-letters.ts';
import { type Opened, open } from './inbox.ts';
import { createJudge, type Findings, type Judgement } from './judge.ts';
import { createMaskReader, createPictureReader } from './stored-picture.ts';

export interface AnalyzeParts extends Observer {
  readonly catalog: Catalog;
  readonly store: ObjectStore;
  readonly comparator: Comparator;
  readonly pipeline: PipelineIdentity;
  /** The technique's id: `l2@1`. */
  readonly technique: string;
  readonly threshold: Threshold;
  readonly objectWaitMs: number;
}

/** After so many images, or so many bytes of difference images in memory, what was judged is entered. */
const MAX_IMAGES = 64;
const MAX_DIFFERENCE_BYTES = 8 * 1024 * 1024;

/** An image that a message names. */
interface Task {
  readonly message: ReceivedMessage;
  readonly image: ImageRecord;
}

/** What became of some tasks: the outcomes that stood, and what was judged now, by image. */
interface Judged {
  readonly standing: readonly OutcomeRecord[];
  readonly judgements: ReadonlyMap<string, Judgement>;
  /** The first task that was left for later. */
  readonly left: Task | undefined;
}

/** The stage that compares each image with the one before and records what differs. It holds no state between messages. */
export function createAnalyzeStage(parts: AnalyzeParts): Stage {
  const { catalog, store, comparator, pipeline, technique, onReport, onStep } = parts;
  const picture = createPictureReader(store, parts.objectWaitMs);
  const mask = createMaskReader(store);
  const judge = createJudge({ ...parts, picture, mask, base: store.address });
  const writeFiles = createEventFiles({ ...parts, picture, mask });

  async function handle(messages: readonly ReceivedMessage[], context: HandlerContext): Promise<Handled> {
    const some = messages.slice(0, MAX_IMAGES);
    const opened = some.map((message) => open('imgpipe.image.received.v1', message, pipeline));
    const { standing, judgements, left } = await judgeAll(await tasksOf(opened), context);
    const fresh = await enter([...judgements.values()]);
    const outcomes = [...standing, ...fresh];
    const events = outcomes.flatMap(({ event }) => (event === null ? [] : [event]));
    await writeFiles(
      events.filter(({ state }) => state === 'pending'),
      (event) => madeFor(event, judgements),
      context,
    );
    const letters = [
      ...fresh.flatMap((outcome) => letterOf(outcome, judgements.get(imageName(outcome.image))) ?? []),
      ...(await resolveExistingDeadLetters(catalog, technique, standing)),
    ];
    const taken = left === undefined ? some.length : some.indexOf(left.message);
    const unpublished = events.filter(({ position }) => position === null);
    return {
      handledCount: taken,
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
        const former = opened.slice(0, taken).filter(({ data }) => data === undefined);
        for (const _ of former) onReport?.({ kind: 'skipped_former', stage: 'analyze' });
        for (const outcome of outcomes) tellOutcome(outcome, judgements.get(imageName(outcome.image)));
      },
    };
  }

  async function tasksOf(opened: readonly Opened<'imgpipe.image.received.v1'>[]): Promise<Task[]> {
    const ours = opened.filter((each) => each.data !== undefined);
    const images = await catalog.images(ours.map(({ data }) => idOf(data)));
    return ours.map(({ message, data }, index) => ({ message, image: agreeingImage(data, images[index]) }));
  }

  /** Judges the images that have no outcome yet, some at a time, until it is enough for once. */
  async function judgeAll(tasks: readonly Task[], context: HandlerContext): Promise<Judged> {
    const known = await catalog.outcomes(
      technique,
      tasks.map(({ image }) => image),
    );
    const standing: OutcomeRecord[] = [];
    const findings: Findings = new Map();
    const judging = createAhead(
      () => comparator.atOnce,
      (judgement: Judgement) => judgement.difference?.length ?? 0,
    );
    let left: Task | undefined;
    try {
      for (const [index, task] of tasks.entries()) {
        const outcome = known[index];
        const name = imageName(task.image);
        if (outcome !== undefined) {
          standing.push(outcome);
        } else if (!judging.has(name)) {
          await judging.room();
          const enough = judging.size() > MAX_DIFFERENCE_BYTES || !context.isCurrent() || context.signal.aborted;
          if (enough && judging.begun()) {
            left = task;
            break;
          }
          judging.begin(name, judge(task.image, task.message, findings, context));
        }
      }
      return { standing, judgements: await judging.all(), left };
    } finally {
      await judging.settled();
    }
  }

  async function enter(judgements: readonly Judgement[]): Promise<OutcomeRecord[]> {
    if (judgements.length === 0) return [];
    await onStep?.('analyze:compared');
    const entered = await catalog.addOutcomes(judgements.map(({ outcome }) => outcome));
    await onStep?.('analyze:entered');
    return entered;
  }

  function tellOutcome(outcome: OutcomeRecord, judgement: Judgement | undefined): void {
    onReport?.({ kind: 'outcome', outcome });
    const letter = letterOf(outcome, judgement);
    if (letter !== undefined) onReport?.({ kind: 'dead_letter', letter, origin: judgement?.image.origin });
  }

  return {
    name: 'analyze',
    topic: TOPICS.imageAnalysis,
    group: consumerGroup(technique),
    publishesTo: TOPICS.imageEventAlert,
    deadLettersTo: TOPICS.imageAnalysisDead,
    handle,
    deadLetter: createImageDeadLetterer(parts),
  };
}

function idOf(data: MessageData<'imgpipe.image.received.v1'>): ImageId {
  return { stream: data.stream, number: data.image_num };
}

function madeFor(event: EventRecord, judgements: ReadonlyMap<string, Judgement>) {
  const judgement = judgements.get(imageName(event.image));
  return judgement && { reference: judgement.outcome.reference, difference: judgement.difference };
}

/** The letter that was entered with a dead outcome. */
function letterOf(outcome: OutcomeRecord, judgement: Judgement | undefined): NewDeadLetter | undefined {
  return outcome.kind === 'dead' ? judgement?.outcome.deadLetter : undefined;
}
