import type { ImageId, NewDeadLetter } from './records.ts';

/** What a dead letter is about. */
export type Subject =
  | { readonly kind: 'image'; readonly image: ImageId; readonly technique: string }
  | { readonly kind: 'event'; readonly event: number }
  | { readonly kind: 'message' };

/** The analyze stage sets images aside, the alert stage events, and both messages that name neither, or lie. */
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
