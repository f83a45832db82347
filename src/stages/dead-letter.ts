import { type ImgpipeError, stackOf } from '../domain/errors.ts';
import type { NewDeadLetter } from '../domain/records.ts';
import type { ReceivedMessage } from '../ports/event-bus.ts';

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
