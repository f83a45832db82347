import { html } from 'hono/html';
import type { ListModel } from '../models.ts';
import { alertUrl } from '../urls.ts';
import type { Html } from './layout.ts';

/** Which alerts there are, as a sentence that leads to the first and to the last. */
export function rangeSentence(range: ListModel['range']): Html {
  if (range === undefined) return html`There are no alerts yet.`;
  const { first, last } = range;
  const link = (number: number) => html`<a href="${alertUrl(number)}">${number}</a>`;
  if (first === last) return html`There is alert ${link(first)} alone.`;
  return html`There are alerts ${link(first)} to ${link(last)}.`;
}
