import { ImgpipeError, stackOf } from '../../domain/errors.ts';
import type { MessageData } from '../../domain/messages.ts';
import { eventTextKey, imageKey } from '../../domain/object-keys.ts';
import { type EventRecord, type ImageRecord, imageName, type NewDeadLetter } from '../../domain/records.ts';
import type { ReceivedMessage } from '../../ports/event-bus.ts';

/**
 * The row of the image that a message is about. Undefined if the message is stale: the catalog has no such image, or another
 * picture under its number. Throws `bad_message` if the message contradicts the row otherwise.
 */
export function imageOfMessage(
  data: MessageData<'imgpipe.image.received.v1'>,
  image: ImageRecord | undefined,
): ImageRecord | undefined {
  if (image === undefined || data.sha256 !== image.sha256) return undefined;
  const previous = image.number === 1 ? null : image.number - 1;
  if (data.image_db_path !== imageKey(image) || data.previous_image_num !== previous) {
    throw new ImgpipeError('bad_message', `the message does not match the catalog's row of image ${imageName(image)}`);
  }
  return image;
}

/**
 * The row of the event that a message is about. Undefined if the message is stale: the catalog has no such event, or another
 * one under its number. Its file is part of what it is: in a restored folder the same change may be stored elsewhere.
 */
export function eventOfMessage(
  data: MessageData<'imgpipe.image.event.v1'>,
  event: EventRecord | undefined,
): EventRecord | undefined {
  const isSame =
    event !== undefined &&
    data.stream === event.image.stream &&
    data.image_num === event.image.number &&
    data.image_event_db_path === `${event.base}/${eventTextKey(event)}` &&
    data.technique === event.technique &&
    data.kind === event.kind &&
    data.measurement === event.measurement;
  return isSame ? event : undefined;
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
