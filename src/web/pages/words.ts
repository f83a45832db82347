import { html } from 'hono/html';
import { escapeText } from '../../domain/escape.ts';
import type { EventRecord, ImageRecord, OutcomeKind } from '../../domain/records.ts';
import { limitOf, type Threshold } from '../../domain/threshold.ts';
import type { ListModel } from '../models.ts';
import { alertUrl } from '../urls.ts';
import type { Html } from './layout.ts';

/** What the pages say, as plain text; HTML is escaped where it is drawn. */

/** A count with its noun: `1 image`, `2 images`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** A figure to be read: up to six digits. */
export function figure(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** The unit that measurements of this threshold's technique have. */
export function unitOf({ unit }: Threshold): string {
  return unit === '%' ? 'px' : unit;
}

/** A measurement with its unit: `46236.6 levels`. */
export function amount(measurement: number, threshold: Threshold): string {
  return `${figure(measurement)} ${unitOf(threshold)}`;
}

/** A threshold with its unit: `0 levels`, `400 px`, `0.1 % of the pixels`. */
export function thresholdWords({ value, unit }: Threshold): string {
  return unit === '%' ? `${value} % of the pixels` : `${value} ${unit}`;
}

/** A picture's size: `350 × 350`, or `unknown`. */
export function sizeWords({ fact }: Pick<ImageRecord, 'fact'>): string {
  return fact?.verdict === 'decodes' ? `${fact.width} × ${fact.height}` : 'unknown';
}

interface Pair {
  readonly event: EventRecord;
  readonly image: ImageRecord;
  readonly reference: ImageRecord;
}

/** What changed, in a line: `image garden/12 differs from 11 by 46236.6 levels`. */
export function changeWords({ event, image, reference }: Pair): string {
  if (event.measurement === null) return `another size: ${sizeWords(image)}, before ${sizeWords(reference)}`;
  const by = amount(event.measurement, event.threshold);
  return `image ${nameOf(image)} differs from ${reference.number} by ${by}`;
}

/** Why an alert is one, in a sentence. */
export function whyWords({ event, image, reference }: Pair): string {
  const { measurement, threshold, technique } = event;
  if (measurement === null) {
    return `The picture has another size: ${sizeWords(image)}, before ${sizeWords(reference)}; that is always an event.`;
  }
  return `The picture has changed by ${amount(measurement, threshold)} (${technique}); any change above ${limitWords(threshold, image)} is an event.`;
}

/** A threshold, and where it is a share of the picture how many pixels that is. */
function limitWords(threshold: Threshold, { fact }: ImageRecord): string {
  if (threshold.unit !== '%' || fact?.verdict !== 'decodes') return thresholdWords(threshold);
  return `${thresholdWords(threshold)} (${figure(limitOf(threshold, fact))} px)`;
}

/** An image's name: `garden/12`. */
export function nameOf(image: { readonly stream: string; readonly number: number }): string {
  return `${escapeText(image.stream)}/${image.number}`;
}

export const OUTCOME_WORDS: Record<OutcomeKind, string> = {
  first: 'first',
  unchanged: 'unchanged',
  changed: 'changed',
  size_changed: 'another size',
  dead: 'dead',
};

/** A time of a row, in UTC and to the second: `2026-11-25 20:14:03 UTC`. */
export function moment(time: string): Html {
  return html`<time datetime="${time}">${momentText(time)}</time>`;
}

/** The same, to the millisecond. */
export function exactMoment(time: string): Html {
  return html`<time datetime="${time}">${momentText(time, 23)}</time>`;
}

export function momentText(time: string, length = 19): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return time;
  return `${date.toISOString().slice(0, length).replace('T', ' ')} UTC`;
}

/** Which alerts there are, as a sentence that leads to the first and to the last. */
export function rangeSentence(range: ListModel['range']): Html {
  if (range === undefined) return html`There are no alerts yet.`;
  const { first, last } = range;
  const link = (number: number) => html`<a href="${alertUrl(number)}">${number}</a>`;
  if (first === last) return html`There is alert ${link(first)} alone.`;
  return html`There are alerts ${link(first)} to ${link(last)}.`;
}
