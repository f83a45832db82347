/** What settles images and events, as SQL conditions. The arguments are expressions. */

/** A dead letter that has not been replayed settles the image for the technique. */
export function imageDead(technique: string, stream: string, number: string): string {
  return `EXISTS (SELECT 1 FROM dead_letter d WHERE d.stage = 'analyze' AND d.technique = ${technique}
    AND d.stream = ${stream} AND d.image = ${number} AND d.replayed_at IS NULL)`;
}

/** A dead letter that has not been replayed settles the event. */
export function eventDead(event: string): string {
  return `EXISTS (SELECT 1 FROM dead_letter d WHERE d.stage = 'alert' AND d.event = ${event} AND d.replayed_at IS NULL)`;
}

/** The image's outcome of the technique stands, and its event, if any, is ready or the image dead. */
export function imageSettled(technique: string, stream: string, number: string): string {
  return `EXISTS (SELECT 1 FROM outcome o
      LEFT JOIN event p ON p.technique = o.technique AND p.stream = o.stream AND p.image = o.number AND p.state = 'pending'
    WHERE o.technique = ${technique} AND o.stream = ${stream} AND o.number = ${number}
      AND (p.number IS NULL OR ${imageDead('o.technique', 'o.stream', 'o.number')}))`;
}
