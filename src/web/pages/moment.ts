import { html } from 'hono/html';
import type { Html } from './layout.ts';

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
