import { html } from 'hono/html';
import { escapeText } from '../../domain/escape.ts';
import type { EventRecord, ImageRecord, OutcomeKind } from '../../domain/records.ts';
import { limitOf, type Threshold } from '../../domain/threshold.ts';
import type { ListModel } from '../models.ts';
import { alertUrl } from '../urls.ts';
import type { Html } from './layout.ts';

/** Phrases of the pages. Text is escaped when it is inserted into HTML. */

/** A number with up to six significant digits. */
export function figure(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** The unit of the measurements of this threshold's technique. */
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

/** What changed: `image garden/12 differs from 11 by 46236.6 levels`. */
export function changeWords({ event, image, reference }: Pair): string {
  if (event.measurement === null) return `size changed from ${sizeWords(reference)} to ${sizeWords(image)}`;
  const by = amount(event.measurement, event.threshold);
  return `image ${nameOf(image)} differs from ${reference.number} by ${by}`;
}

/** Why an alert was raised. */
export function whyWords({ event, image, reference }: Pair): string {
  const { measurement, threshold, technique } = event;
  if (measurement === null) {
    return `The picture size changed from ${sizeWords(reference)} to ${sizeWords(image)}. A change of size is always an event.`;
  }
  return `The picture changed by ${amount(measurement, threshold)} (${technique}). Any change above ${limitWords(threshold, image)} is an event.`;
}

/** A threshold; a percentage with the number of pixels, if known. */
function limitWords(threshold: Threshold, { fact }: ImageRecord): string {
  if (threshold.unit !== '%' || fact?.verdict !== 'decodes') return thresholdWords(threshold);
  return `${thresholdWords(threshold)} (${figure(limitOf(threshold, fact))} px)`;
}

/** An image's name: `garden/12`. */
export function nameOf(image: { readonly stream: string; readonly number: number }): string {
  return `${escapeText(image.stream)}/${image.number}`;
}

/** Outcomes in words. */
export const OUTCOME_WORDS: Record<OutcomeKind, string> = {
  first: 'first',
  unchanged: 'unchanged',
  changed: 'changed',
  size_changed: 'size changed',
  dead: 'dead',
};

/** A time in UTC with seconds: `2026-11-25 20:14:03 UTC`. */
export function shortTime(time: string): Html {
  return html`<time datetime="${time}">${timeText(time)}</time>`;
}

/** A time in UTC with milliseconds. */
export function exactTime(time: string): Html {
  return html`<time datetime="${time}">${timeText(time, 23)}</time>`;
}

/** The first `length` characters of a time, in UTC. */
export function timeText(time: string, length = 19): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return time;
  return `${date.toISOString().slice(0, length).replace('T', ' ')} UTC`;
}

/** The range of alerts, with links to the first and the last. */
export function rangeSentence(range: ListModel['range']): Html {
  if (range === undefined) return html`There are no alerts yet.`;
  const { first, last } = range;
  const link = (number: number) => html`<a href="${alertUrl(number)}">${number}</a>`;
  if (first === last) return html`The only alert is ${link(first)}.`;
  return html`The alerts are ${link(first)} to ${link(last)}.`;
}
