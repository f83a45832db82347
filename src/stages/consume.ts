import { asImgpipeError, type ImgpipeError, Stopped } from '../domain/errors.ts';
import type { Message } from '../domain/messages.ts';
import type { Place } from '../domain/records.ts';
import type { Observer, Step } from '../domain/reports.ts';
import type { Chunk, ConsumerNotice, EventBus, ReceivedMessage } from '../ports/event-bus.ts';
import { type Patience, patiently, untilStopped } from './retry.ts';

/** How often a bug of ours is given another chance before the message becomes a dead letter. */
const TRIES = 3;

/** What a stage made of some messages. */
export interface Handled {
  /** How many of the messages, from the first on, are done; at least one. */
  readonly taken: number;
  /** What is to be published for them. */
  readonly publish: readonly Message[];
  /** What is to be published of those that are dead. */
  readonly deadLetters: readonly Message[];
  /** Keeps where that was published. */
  note(places: readonly Place[]): Promise<void>;
  /** Tells what was done. */
  tell(): void;
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
  handle(messages: readonly ReceivedMessage[], hands: Hands): Promise<Handled>;
  /** Enters a message that cannot be handled as a dead letter; the answer is what is to be published of it. */
  bury(message: ReceivedMessage, error: ImgpipeError, attempts: number): Promise<Message>;
}

/** What a stage may ask while it handles. */
export interface Hands extends Patience {
  /** False once the messages are another consumer's: what is done is finished, nothing more is begun. */
  isCurrent(): boolean;
}

export interface ConsumeParts extends Observer {
  readonly bus: EventBus;
  readonly signal: AbortSignal;
  readonly drain: boolean;
}

/** What a consumer tells when all is well with its bus. */
const HEALTHY: ReadonlySet<ConsumerNotice['kind']> = new Set(['working', 'standing_by', 'reachable']);

/** Takes messages, has the stage handle them, publishes what it returns, notes the places and commits. */
export async function consume(stage: Stage, parts: ConsumeParts): Promise<void> {
  const { bus, signal, drain, onReport } = parts;
  const patience = { stage: stage.name, signal, ...(onReport && { onReport }) };
  const onChunk = async (chunk: Chunk) => {
    try {
      await handleChunk(stage, chunk, parts);
    } catch (error) {
      // What is not committed is there at the next start.
      if (!(error instanceof Stopped)) throw error;
    }
  };
  await patiently(patience, (condition) =>
    bus.consume({
      topic: stage.topic,
      group: stage.group,
      signal,
      drain,
      onChunk,
      onNotice: (notice) => {
        if (notice.kind === 'unreachable') return condition.ailing(notice.error);
        if (HEALTHY.has(notice.kind)) condition.healthy();
        if (notice.kind !== 'reachable') onReport?.({ ...notice, stage: stage.name });
      },
    }),
  );
}

async function handleChunk(stage: Stage, chunk: Chunk, parts: ConsumeParts): Promise<void> {
  const { signal, onReport } = parts;
  const hands: Hands = {
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
      const taken = await handleSome(stage, messages, chunk, hands, parts);
      rest = rest.slice(taken);
    } catch (thrown) {
      if (thrown instanceof Stopped) throw thrown;
      const error = asImgpipeError(thrown);
      if (error.blame === 'damage' || error.blame === 'user') throw error;
      if (together && messages.length > 1) {
        // One of them cannot be handled: one by one, so that the others are.
        together = false;
        continue;
      }
      const attempts = await tryAgain(stage, messages, chunk, hands, parts, error);
      if (attempts !== undefined) await buryFirst(stage, messages, chunk, hands, parts, { error, attempts });
      rest = rest.slice(1);
    }
  }
}

/** Handles, publishes, notes, tells and commits; the answer is how many messages that were. */
async function handleSome(
  stage: Stage,
  messages: readonly ReceivedMessage[],
  chunk: Chunk,
  hands: Hands,
  { bus, onStep }: ConsumeParts,
): Promise<number> {
  const handled = await patiently(hands, () => stage.handle(messages, hands));
  const step = async (name: 'published' | 'placed' | 'told' | 'committed') => onStep?.(`${stage.name}:${name}` as Step);
  const { publishesTo } = stage;
  if (publishesTo !== undefined && handled.publish.length > 0) {
    const places = await patiently(hands, () => untilStopped(bus.publish(publishesTo, handled.publish), hands.signal));
    await step('published');
    await patiently(hands, () => handled.note(places));
    await step('placed');
  }
  await publishDead(stage, handled.deadLetters, hands, bus);
  handled.tell();
  if (stage.name === 'alert') await step('told');
  await commit(messages[handled.taken - 1], chunk, hands);
  await step('committed');
  return handled.taken;
}

/** Gives a bug of ours its other chances. Undefined where one of them went well; else how many tries there were. */
async function tryAgain(
  stage: Stage,
  messages: readonly ReceivedMessage[],
  chunk: Chunk,
  hands: Hands,
  parts: ConsumeParts,
  error: ImgpipeError,
): Promise<number | undefined> {
  if (error.blame !== 'bug') return 1;
  for (let tries = 1; tries < TRIES; tries += 1) {
    try {
      await handleSome(stage, messages, chunk, hands, parts);
      return undefined;
    } catch (thrown) {
      if (thrown instanceof Stopped) throw thrown;
      const { blame } = asImgpipeError(thrown);
      if (blame === 'damage' || blame === 'user') throw thrown;
    }
  }
  return TRIES;
}

async function buryFirst(
  stage: Stage,
  [message]: readonly ReceivedMessage[],
  chunk: Chunk,
  hands: Hands,
  { bus }: ConsumeParts,
  { error, attempts }: { error: ImgpipeError; attempts: number },
): Promise<void> {
  if (message === undefined) return;
  const copy = await patiently(hands, () => stage.bury(message, error, attempts));
  await publishDead(stage, [copy], hands, bus);
  await commit(message, chunk, hands);
}

/** The catalog has the dead letters by now: what the topic gets are copies. */
async function publishDead(stage: Stage, copies: readonly Message[], hands: Hands, bus: EventBus): Promise<void> {
  if (copies.length === 0) return;
  await patiently(hands, () => untilStopped(bus.publish(stage.deadLettersTo, copies), hands.signal));
}

async function commit(last: ReceivedMessage | undefined, chunk: Chunk, hands: Hands): Promise<void> {
  if (last === undefined) throw new Error('a stage must take at least one message');
  await patiently(hands, () => untilStopped(chunk.commit(last.place.offset + 1), hands.signal));
}
