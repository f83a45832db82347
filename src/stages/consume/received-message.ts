import { ImgpipeError, stackOf } from '../../domain/errors.ts';
import type { MessageData, MessageType } from '../../domain/messages.ts';
import { eventTextKey, imageKey } from '../../domain/object-keys.ts';
import { readMessage } from '../../domain/read-message.ts';
import {
  type EventRecord,
  type ImageId,
  type ImageRecord,
  imageName,
  type NewDeadLetter,
} from '../../domain/records.ts';
import type { PipelineIdentity } from '../../ports/catalog/pipeline.ts';
import type { ReceivedMessage } from '../../ports/event-bus.ts';

/** A parsed message of this pipeline. `data` is undefined for a message from before the last `clean`: skip it. */
export type OpenedMessage<T extends MessageType> =
  | { readonly message: ReceivedMessage; readonly data: MessageData<T> }
  | { readonly message: ReceivedMessage; readonly data: undefined };

/** Parses a message. Throws `bad_message`, or `foreign_message` for another pipeline's message, which stops the stage. */
export function openMessage<T extends MessageType>(
  type: T,
  message: ReceivedMessage,
  pipeline: Pick<PipelineIdentity, 'pipelineId' | 'formerIds'>,
): OpenedMessage<T> {
  const { pipelineId, data } = readMessage(type, message);
  if (pipelineId === pipeline.pipelineId) return { message, data };
  if (pipeline.formerIds.includes(pipelineId)) return { message, data: undefined };
  throw new ImgpipeError(
    'foreign_message',
    `topic ${message.position.topic} contains a message of pipeline ${pipelineId}, but this is pipeline ${pipeline.pipelineId}: give each pipeline its own prefix (--topic-prefix), or reset this one with 'imgpipe clean'`,
  );
}

/** The image's row. Throws `unknown_row` if there is none. */
export function requireImage(id: ImageId, image: ImageRecord | undefined): ImageRecord {
  if (image === undefined) throw new ImgpipeError('unknown_row', `the catalog has no image ${imageName(id)}`);
  return image;
}

/** The row of the image that a message names. Throws `unknown_row`, or `bad_message` if message and row disagree. */
export function imageOfMessage(
  data: MessageData<'imgpipe.image.received.v1'>,
  image: ImageRecord | undefined,
): ImageRecord {
  const row = requireImage({ stream: data.stream, number: data.image_num }, image);
  const previous = row.number === 1 ? null : row.number - 1;
  if (data.sha256 !== row.sha256 || data.image_db_path !== imageKey(row) || data.previous_image_num !== previous) {
    throw new ImgpipeError('bad_message', `the message does not match the catalog's row of image ${imageName(row)}`);
  }
  return row;
}

/** The row of the event that a message names. Throws `unknown_row`, or `bad_message` if message and row disagree. */
export function eventOfMessage(
  data: MessageData<'imgpipe.image.event.v1'>,
  event: EventRecord | undefined,
): EventRecord {
  if (event === undefined) throw new ImgpipeError('unknown_row', `the catalog has no event ${data.image_event_num}`);
  if (
    data.stream !== event.image.stream ||
    data.image_num !== event.image.number ||
    data.image_event_db_path !== `${event.base}/${eventTextKey(event.number)}` ||
    data.technique !== event.technique ||
    data.kind !== event.kind ||
    data.measurement !== event.measurement
  ) {
    throw new ImgpipeError('bad_message', `the message does not match the catalog's row of event ${event.number}`);
  }
  return event;
}

/** The dead letter of a message. It contains the message as it was received. */
export function deadLetterOf(
  { position, ...message }: ReceivedMessage,
  letter: Omit<NewDeadLetter, 'position' | 'message'>,
): NewDeadLetter {
  return { ...letter, position, message };
}

/** What a dead letter records of the error that caused it. */
export function reasonOf(error: ImgpipeError): Pick<NewDeadLetter, 'reason' | 'detail' | 'stack'> {
  // Only a bug needs a stack: it is of no use for a bad picture or message.
  return { reason: error.code, detail: error.message, stack: error.blame === 'bug' ? stackOf(error) : null };
}
