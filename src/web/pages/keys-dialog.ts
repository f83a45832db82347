import { html } from 'hono/html';
import type { Html } from './markup.ts';

/** Keys, and what they do. */
export interface KeyRow {
  readonly keys: readonly string[];
  readonly does: string;
}

export const COMMON_KEYS: readonly KeyRow[] = [
  { keys: ['/'], does: 'to the field for an alert’s number' },
  { keys: ['?'], does: 'these keys' },
  { keys: ['Esc'], does: 'close' },
];

export const ALERT_KEYS: readonly KeyRow[] = [
  { keys: ['1'], does: 'side by side' },
  { keys: ['2'], does: 'swipe' },
  { keys: ['3'], does: 'onion skin' },
  { keys: ['4', 'b'], does: 'blink' },
  { keys: ['5'], does: 'difference' },
  { keys: ['p', 's'], does: 'while blinking: pause, step' },
  { keys: ['r'], does: 'regions as boxes' },
  { keys: ['+', '−'], does: 'zoom in and out' },
  { keys: ['0'], does: 'one to one' },
  { keys: ['f'], does: 'fit' },
  { keys: ['←', '→'], does: 'the alert before and after; in a picture: pan' },
  { keys: ['Shift ←→↑↓'], does: 'in a picture: from pixel to pixel' },
];

/** All keys of a page; shown by the browser's script. They can be turned off, for those whose tools type letters. */
export function keysDialog(rows: readonly KeyRow[]): Html {
  return html`<dialog id="keys" aria-labelledby="keys-title">
<h2 id="keys-title">Keys</h2>
<dl class="keys">${rows.map(
    ({ keys, does }) => html`<div><dt>${keys.map((key) => html`<kbd>${key}</kbd> `)}</dt><dd>${does}</dd></div>`,
  )}</dl>
<p><label><input type="checkbox" id="keys-on" checked> Keys are on</label></p>
<form method="dialog"><button>Close</button></form>
</dialog>`;
}
