import { ImgpipeError } from '../../domain/errors.ts';
import type { MessageData, MessageType } from '../../domain/messages.ts';
import { readMessage } from '../../domain/read-message.ts';
import type { NewDeadLetter } from '../../domain/records.ts';
import type { Report } from '../../domain/reports.ts';
import type { DeadLetterCatalog } from '../../ports/catalog/dead-letters.ts';
import type { PipelineIdentity } from '../../ports/catalog/pipeline.ts';
import type { ReceivedMessage } from '../../ports/event-bus.ts';
import { deadLetterOf, reasonOf } from './received-message.ts';

/** The messages of one type, and the rows that they name. */
export interface MessageRows<T extends MessageType, R> {
  readonly type: T;
  readonly pipeline: Pick<PipelineIdentity, 'pipelineId' | 'formerIds'>;
  /** The rows that messages name, in the order of the messages; undefined where there is none. */
  rows(named: readonly MessageData<T>[]): Promise<readonly (R | undefined)[]>;
  /** The row, if the message is about it; undefined if the message is stale. Throws `bad_message`. */
  rowOf(data: MessageData<T>, row: R | undefined): R | undefined;
}

/** A message, and what to do with it. */
export type SortedMessage<R> =
  | { readonly kind: 'named'; readonly message: ReceivedMessage; readonly row: R }
  /** From before the last `clean`, or about a row that the catalog does not have: skip it. */
  | { readonly kind: 'skipped_former' | 'skipped_stale'; readonly message: ReceivedMessage }
  /** It cannot be parsed, or contradicts its row. */
  | { readonly kind: 'bad'; readonly message: ReceivedMessage; readonly error: ImgpipeError };

/**
 * Parses messages and finds their rows, in the order of the messages. Throws `foreign_message` for another pipeline's message,
 * which stops the stage.
 */
export async function sortMessages<T extends MessageType, R>(
  messages: readonly ReceivedMessage[],
  { type, pipeline, rows, rowOf }: MessageRows<T, R>,
): Promise<SortedMessage<R>[]> {
  const opened = messages.map((message) => unlessBad(message, () => openMessage(type, message, pipeline)));
  const ours = opened.flatMap((each) => (each.kind === 'ours' ? [each.data] : []));
  const found = (await rows(ours)).values();
  return opened.map((each) => {
    if (each.kind !== 'ours') return each;
    const { message, data } = each;
    const { value } = found.next();
    return unlessBad(message, () => {
      const row = rowOf(data, value);
      return row === undefined ? { kind: 'skipped_stale', message } : { kind: 'named', message, row };
    });
  });
}

function openMessage<T extends MessageType>(
  type: T,
  message: ReceivedMessage,
  pipeline: MessageRows<T, unknown>['pipeline'],
) {
  const { pipelineId, data } = readMessage(type, message);
  if (pipelineId === pipeline.pipelineId) return { kind: 'ours', message, data } as const;
  if (pipeline.formerIds.includes(pipelineId)) return { kind: 'skipped_former', message } as const;
  throw new ImgpipeError(
    'foreign_message',
    `topic ${message.position.topic} contains a message of pipeline ${pipelineId}, but this is pipeline ${pipeline.pipelineId}: give each pipeline its own prefix (--topic-prefix)`,
  );
}

function unlessBad<S>(message: ReceivedMessage, sort: () => S): S | Extract<SortedMessage<never>, { kind: 'bad' }> {
  try {
    return sort();
  } catch (error) {
    if (!(error instanceof ImgpipeError) || error.code !== 'bad_message') throw error;
    return { kind: 'bad', message, error };
  }
}

/** Stores the bad ones among the messages as dead letters, which name no row. Resolves with them. */
export async function deadLetterBad(
  stage: NewDeadLetter['stage'],
  sorted: readonly SortedMessage<unknown>[],
  catalog: Pick<DeadLetterCatalog, 'addDeadLetters'>,
): Promise<NewDeadLetter[]> {
  const about = { image: null, technique: null, event: null };
  const at = new Date().toISOString();
  const letters = sorted.flatMap((each) =>
    each.kind === 'bad'
      ? [deadLetterOf(each.message, { stage, ...reasonOf(each.error), attempts: 1, at, ...about })]
      : [],
  );
  if (letters.length > 0) await catalog.addDeadLetters(letters);
  return letters;
}

/** The reports of messages that were skipped, and of those that have become dead letters. */
export function reportsOf(
  stage: NewDeadLetter['stage'],
  sorted: readonly SortedMessage<unknown>[],
  letters: readonly NewDeadLetter[],
): Report[] {
  return [
    ...sorted.flatMap(({ kind }) => (kind === 'skipped_former' || kind === 'skipped_stale' ? [{ kind, stage }] : [])),
    ...letters.map((letter) => ({ kind: 'dead_letter', letter, origin: undefined }) as const),
  ];
}
