import { type ImgpipeError, stackOf } from '../domain/errors.ts';
import type { NewDeadLetter } from '../domain/records.ts';
import type { ReceivedMessage } from '../ports/event-bus.ts';

/** The dead letter of a message that cannot be handled; `about` says what is known of its image and event. */
export function deadLetterOf(
  message: ReceivedMessage,
  error: ImgpipeError,
  about: Pick<NewDeadLetter, 'stage' | 'attempts' | 'image' | 'technique' | 'event'>,
): NewDeadLetter {
  return {
    ...about,
    reason: error.code,
    detail: error.message,
    // What a picture or a message is to blame for needs no stack.
    stack: error.blame === 'bug' ? stackOf(error) : null,
    at: new Date().toISOString(),
    place: message.place,
  };
}
