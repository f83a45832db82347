import type { Regions } from '../domain/records.ts';
import { regionText } from '../domain/texts.ts';

/** Further regions are only in the JSON. */
const MAX_LINES = 10;

/** The regions of a change as text, one on a line. */
export function regionLines({ count, first }: Regions): string[] {
  const shown = first.slice(0, MAX_LINES);
  return [
    `Regions:         ${count}`,
    ...shown.map((region, index) => `${String(index + 1).padStart(5)}. ${regionText(region)}`),
    ...(count > shown.length ? [`       and ${count - shown.length} more: see --json`] : []),
  ];
}
