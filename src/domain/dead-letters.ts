import type { ImageId, NewDeadLetter } from './records.ts';

/** How many dead letters that are about a message alone a catalog keeps: the newest. Anybody can send such messages. */
export const MAX_MESSAGE_LETTERS = 1000;

/** What a dead letter is about. */
export type Subject =
  | { readonly kind: 'image'; readonly image: ImageId; readonly technique: string }
  | { readonly kind: 'event'; readonly event: number }
  | { readonly kind: 'message' };

/** An image for the analyze stage, an event for the alert stage, and the message alone if it names neither or contradicts the catalog. */
export function subjectOf({
  stage,
  image,
  technique,
  event,
}: Pick<NewDeadLetter, 'stage' | 'image' | 'technique' | 'event'>): Subject {
  if (stage === 'analyze' && image !== null && technique !== null) return { kind: 'image', image, technique };
  if (stage === 'alert' && event !== null) return { kind: 'event', event };
  return { kind: 'message' };
}
