import { type ImgpipeError, stackOf } from '../domain/errors.ts';
import type { NewDeadLetter } from '../domain/records.ts';
import type { ReceivedMessage } from '../ports/event-bus.ts';

/** The dead letter of a message, with the message as it was received. */
export function deadLetterOf(
  { position, ...message }: ReceivedMessage,
  letter: Omit<NewDeadLetter, 'position' | 'message'>,
): NewDeadLetter {
  return { ...letter, position, message };
}

/** What a dead letter says of the error that made it one. */
export function reasonOf(error: ImgpipeError): Pick<NewDeadLetter, 'reason' | 'detail' | 'stack'> {
  // What a picture or a message is to blame for needs no stack.
  return { reason: error.code, detail: error.message, stack: error.blame === 'bug' ? stackOf(error) : null };
}
