import { asImgpipeError, ImgpipeError, Stopped } from '../../domain/errors.ts';
import { type Message, shortenedCopy } from '../../domain/messages.ts';
import type { RecordPosition } from '../../domain/records.ts';
import type { Observer, Step } from '../../domain/reports.ts';
import type { Chunk, ConsumerNotice, EventBus, ReceivedMessage } from '../../ports/event-bus.ts';
import { NEVER_LOST, throwIfLost, whileHeld } from '../locks/held-lock.ts';
import { type RetryContext, untilStopped, withRetry } from '../retry.ts';

/** How often a message that triggers a bug is tried before it becomes a dead letter. */
const TRIES = 3;

/** The result of handling messages. */
export interface Handled {
  /** How many of the messages, counted from the first, are done; at least one. */
  readonly handledCount: number;
  /** What to publish for them. */
  readonly publish: readonly Message[];
  /** Copies of dead letters to publish. */
  readonly deadLetters: readonly Message[];
  /** Records where `publish` was published. */
  recordPositions(positions: readonly RecordPosition[]): Promise<void>;
  /** Reports the results. */
  report(): void;
}

/** A stage that consumes messages: it stores its results, and returns what to publish. */
export interface Stage {
  readonly name: 'analyze' | 'alert';
  readonly topic: string;
  readonly group: string;
  /** The topic of its messages; undefined if it publishes none. */
  readonly publishesTo: string | undefined;
  /** The topic of its dead letters' copies. */
  readonly deadLettersTo: string;
  /** Handles the first of these messages, as many as it chooses. Idempotent: it completes what an earlier try began. */
  handle(messages: readonly ReceivedMessage[], context: HandlerContext): Promise<Handled>;
  /** Stores a message that cannot be handled as a dead letter, and returns the copy to publish. */
  deadLetter(message: ReceivedMessage, error: ImgpipeError, attempts: number): Promise<Message>;
}

/** What a stage may ask, and must do, while it handles messages. */
export interface HandlerContext extends RetryContext {
  /** False once another consumer owns the messages: complete what has been started, and start nothing more. */
  isCurrent(): boolean;
}

export interface ConsumeParts extends Observer {
  readonly bus: EventBus;
  /** Ends consumption. What is in flight is completed first. */
  readonly signal: AbortSignal;
  /** Aborts when a lock is lost: nothing more is published or committed, and `consume` throws `Stopped`. */
  readonly lost?: AbortSignal;
  readonly drain: boolean;
}

/** The notices of a consumer whose bus is in order. */
const RECOVERED: ReadonlySet<ConsumerNotice['kind']> = new Set(['working', 'standing_by', 'reachable']);

/** Consumes messages: the stage handles them, its results are published and recorded, and the offset is committed. */
export async function consume(stage: Stage, parts: ConsumeParts): Promise<void> {
  const { drain, onReport, lost = NEVER_LOST } = parts;
  const signal = AbortSignal.any([parts.signal, lost]);
  const bus = whileHeld(parts.bus, lost);
  const retry = { stage: stage.name, signal, ...(onReport && { onReport }) };
  const onChunk = async (chunk: Chunk) => {
    try {
      await handleChunk(stage, whileHeld(chunk, lost), { ...parts, bus, signal });
    } catch (error) {
      // Uncommitted messages are delivered again at the next start.
      if (!(error instanceof Stopped)) throw error;
    }
  };
  await withRetry(retry, (state) =>
    bus.consume({
      topic: stage.topic,
      group: stage.group,
      signal,
      drain,
      onChunk,
      onNotice: (notice) => {
        if (notice.kind === 'unreachable') return state.degraded(notice.error);
        if (RECOVERED.has(notice.kind)) state.recovered();
        if (notice.kind !== 'reachable') onReport?.({ ...notice, stage: stage.name });
      },
    }),
  );
  if (!parts.signal.aborted) throwIfLost(lost);
}

async function handleChunk(stage: Stage, chunk: Chunk, parts: ConsumeParts): Promise<void> {
  const { signal, onReport } = parts;
  const context: HandlerContext = {
    stage: stage.name,
    signal,
    keepAlive: () => chunk.keepAlive(),
    isCurrent: () => chunk.isCurrent(),
    ...(onReport && { onReport }),
  };
  let rest = chunk.messages;
  let together = true;
  while (rest.length > 0 && !signal.aborted && chunk.isCurrent()) {
    const messages = together ? rest : rest.slice(0, 1);
    try {
      const count = await handleSome(stage, messages, chunk, context, parts);
      rest = rest.slice(count);
    } catch (thrown) {
      if (thrown instanceof Stopped) throw thrown;
      const error = asImgpipeError(thrown);
      if (error.blame === 'fatal' || error.blame === 'user') throw error;
      if (together && messages.length > 1) {
        // One of them cannot be handled. Handle them one by one, so that the others are.
        together = false;
        continue;
      }
      const attempts = await retryBug(stage, messages, chunk, context, parts, error);
      if (attempts !== undefined) await deadLetterFirst(stage, messages, chunk, context, parts, { error, attempts });
      rest = rest.slice(1);
    }
  }
}

/** Handles messages, publishes and records the results, reports and commits. Resolves with the number of messages. */
async function handleSome(
  stage: Stage,
  messages: readonly ReceivedMessage[],
  chunk: Chunk,
  context: HandlerContext,
  { bus, onStep }: ConsumeParts,
): Promise<number> {
  const handled = await withRetry(context, () => stage.handle(messages, context));
  const step = async (name: 'published' | 'recorded' | 'reported' | 'committed') =>
    onStep?.(`${stage.name}:${name}` as Step);
  const { publishesTo } = stage;
  if (publishesTo !== undefined && handled.publish.length > 0) {
    const positions = await withRetry(context, () =>
      untilStopped(bus.publish(publishesTo, handled.publish), context.signal),
    );
    await step('published');
    await withRetry(context, () => handled.recordPositions(positions));
    await step('recorded');
  }
  await publishDeadLetters(stage, handled.deadLetters, context, bus);
  handled.report();
  if (stage.name === 'alert') await step('reported');
  await commit(messages[handled.handledCount - 1], chunk, context);
  await step('committed');
  return handled.handledCount;
}

/** Retries a message that triggered a bug. Resolves with undefined if a try succeeds, else with the number of tries. */
async function retryBug(
  stage: Stage,
  messages: readonly ReceivedMessage[],
  chunk: Chunk,
  context: HandlerContext,
  parts: ConsumeParts,
  error: ImgpipeError,
): Promise<number | undefined> {
  if (error.blame !== 'bug') return 1;
  for (let tries = 1; tries < TRIES; tries += 1) {
    try {
      await handleSome(stage, messages, chunk, context, parts);
      return undefined;
    } catch (thrown) {
      if (thrown instanceof Stopped) throw thrown;
      const { blame } = asImgpipeError(thrown);
      if (blame === 'fatal' || blame === 'user') throw thrown;
    }
  }
  return TRIES;
}

async function deadLetterFirst(
  stage: Stage,
  [message]: readonly ReceivedMessage[],
  chunk: Chunk,
  context: HandlerContext,
  { bus }: ConsumeParts,
  { error, attempts }: { error: ImgpipeError; attempts: number },
): Promise<void> {
  if (message === undefined) return;
  const copy = await withRetry(context, () => stage.deadLetter(message, error, attempts));
  await publishDeadLetters(stage, [copy], context, bus);
  await commit(message, chunk, context);
}

/** Publishes copies of dead letters that the catalog has. One that its topic does not take is shortened. */
async function publishDeadLetters(
  stage: Stage,
  copies: readonly Message[],
  context: HandlerContext,
  bus: EventBus,
): Promise<void> {
  if (copies.length === 0) return;
  const publish = (messages: readonly Message[]) =>
    withRetry(context, () => untilStopped(bus.publish(stage.deadLettersTo, messages), context.signal));
  try {
    await publish(copies);
  } catch (error) {
    if (!(error instanceof ImgpipeError) || error.code !== 'message_too_large') throw error;
    if (copies.length === 1) await publish(copies.map(shortenedCopy));
    else for (const copy of copies) await publishDeadLetters(stage, [copy], context, bus);
  }
}

async function commit(last: ReceivedMessage | undefined, chunk: Chunk, context: HandlerContext): Promise<void> {
  if (last === undefined) throw new Error('a stage must handle at least one message');
  await withRetry(context, () => untilStopped(chunk.commit(last.position.offset + 1), context.signal));
}
