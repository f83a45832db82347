import { asImgpipeError, type ImgpipeError, Stopped } from '../domain/errors.ts';
import type { Message } from '../domain/messages.ts';
import type { RecordPosition } from '../domain/records.ts';
import type { Observer, Step } from '../domain/reports.ts';
import type { Chunk, ConsumerNotice, EventBus, ReceivedMessage } from '../ports/event-bus.ts';
import { type RetryContext, untilStopped, withRetry } from './retry.ts';

/** How often a bug of ours is given another chance before the message becomes a dead letter. */
const TRIES = 3;

/** What a stage made of some messages. */
export interface Handled {
  /** How many of the messages, from the first on, are done; at least one. */
  readonly handledCount: number;
  /** What is to be published for them. */
  readonly publish: readonly Message[];
  /** What is to be published of those that are dead. */
  readonly deadLetters: readonly Message[];
  /** Keeps where that was published. */
  recordPositions(positions: readonly RecordPosition[]): Promise<void>;
  /** Tells what was done. */
  report(): void;
}

/** A stage that consumes: it stores, and returns what to publish. */
export interface Stage {
  readonly name: 'analyze' | 'alert';
  readonly topic: string;
  readonly group: string;
  /** Where its messages go; undefined where it publishes nothing. */
  readonly publishesTo: string | undefined;
  /** Where the copies of its dead letters go. */
  readonly deadLettersTo: string;
  /** Handles the first of these messages, as many as it sees fit; it must bear repetition, and finish what an earlier try began. */
  handle(messages: readonly ReceivedMessage[], context: HandlerContext): Promise<Handled>;
  /** Enters a message that cannot be handled as a dead letter; the answer is what is to be published of it. */
  deadLetter(message: ReceivedMessage, error: ImgpipeError, attempts: number): Promise<Message>;
}

/** What a stage may ask while it handles. */
export interface HandlerContext extends RetryContext {
  /** False once the messages are another consumer's: what is done is finished, nothing more is begun. */
  isCurrent(): boolean;
}

export interface ConsumeParts extends Observer {
  readonly bus: EventBus;
  readonly signal: AbortSignal;
  readonly drain: boolean;
}

/** What a consumer tells when all is well with its bus. */
const RECOVERED: ReadonlySet<ConsumerNotice['kind']> = new Set(['working', 'standing_by', 'reachable']);

/** Takes messages, has the stage handle them, publishes what it returns, notes the places and commits. */
export async function consume(stage: Stage, parts: ConsumeParts): Promise<void> {
  const { bus, signal, drain, onReport } = parts;
  const retry = { stage: stage.name, signal, ...(onReport && { onReport }) };
  const onChunk = async (chunk: Chunk) => {
    try {
      await handleChunk(stage, chunk, parts);
    } catch (error) {
      // What is not committed is there at the next start.
      if (!(error instanceof Stopped)) throw error;
    }
  };
  await withRetry(retry, (condition) =>
    bus.consume({
      topic: stage.topic,
      group: stage.group,
      signal,
      drain,
      onChunk,
      onNotice: (notice) => {
        if (notice.kind === 'unreachable') return condition.degraded(notice.error);
        if (RECOVERED.has(notice.kind)) condition.recovered();
        if (notice.kind !== 'reachable') onReport?.({ ...notice, stage: stage.name });
      },
    }),
  );
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
  while (rest.length > 0 && chunk.isCurrent() && !signal.aborted) {
    const messages = together ? rest : rest.slice(0, 1);
    try {
      const taken = await handleSome(stage, messages, chunk, context, parts);
      rest = rest.slice(taken);
    } catch (thrown) {
      if (thrown instanceof Stopped) throw thrown;
      const error = asImgpipeError(thrown);
      if (error.blame === 'fatal' || error.blame === 'user') throw error;
      if (together && messages.length > 1) {
        // One of them cannot be handled: one by one, so that the others are.
        together = false;
        continue;
      }
      const attempts = await tryAgain(stage, messages, chunk, context, parts, error);
      if (attempts !== undefined) await deadLetterFirst(stage, messages, chunk, context, parts, { error, attempts });
      rest = rest.slice(1);
    }
  }
}

/** Handles, publishes, notes, tells and commits; the answer is how many messages that were. */
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
  await publishDead(stage, handled.deadLetters, context, bus);
  handled.report();
  if (stage.name === 'alert') await step('reported');
  await commit(messages[handled.handledCount - 1], chunk, context);
  await step('committed');
  return handled.handledCount;
}

/** Gives a bug of ours its other chances. Undefined where one of them went well; else how many tries there were. */
async function tryAgain(
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
  await publishDead(stage, [copy], context, bus);
  await commit(message, chunk, context);
}

/** The catalog has the dead letters by now: what the topic gets are copies. */
async function publishDead(
  stage: Stage,
  copies: readonly Message[],
  context: HandlerContext,
  bus: EventBus,
): Promise<void> {
  if (copies.length === 0) return;
  await withRetry(context, () => untilStopped(bus.publish(stage.deadLettersTo, copies), context.signal));
}

async function commit(last: ReceivedMessage | undefined, chunk: Chunk, context: HandlerContext): Promise<void> {
  if (last === undefined) throw new Error('a stage must take at least one message');
  await withRetry(context, () => untilStopped(chunk.commit(last.position.offset + 1), context.signal));
}
