import { html } from 'hono/html';
import type { AlertModel } from '../models.ts';
import { alertUrl, listUrl } from '../urls.ts';
import { comparison } from './comparison.ts';
import { alertFacts, regionsTable } from './facts.ts';
import { type Html, type KeyRow, layout, type Piece } from './layout.ts';
import { whyWords } from './words.ts';

const ALERT_KEYS: readonly KeyRow[] = [
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

/** An alert with its three pictures, and ways to compare them. */
export function alertPage(model: AlertModel): Html {
  const { view, neighbours } = model;
  const { number } = view.alert;
  const { below, above } = neighbours;
  return layout({
    title: `Alert ${number}`,
    styles: ['alert.css'],
    scripts: ['alert.js'],
    keys: ALERT_KEYS,
    links: html`${link('prev', below)}${link('next', above)}`,
    body: html`<div class="title"><h1>Alert ${number}</h1><nav class="neighbours" aria-label="Neighbouring alerts">${
      below === null ? '' : neighbour('prev', below, 'ArrowLeft', html`← <span class="word">Alert </span>${below}`)
    }${above === null ? '' : neighbour('next', above, 'ArrowRight', html`<span class="word">Alert </span>${above} →`)}<a class="button" href="${listUrl()}">All alerts</a></nav></div>
<p class="why">${whyWords(view)}</p>
${comparison(model)}
${alertFacts(view)}
${regionsTable(view.event.regions)}`,
  });
}

function link(rel: string, number: number | null): Piece {
  return number === null ? '' : html`<link rel="${rel}" href="${alertUrl(number)}">\n`;
}

function neighbour(rel: string, number: number, key: string, words: Html): Html {
  return html`<a class="button" rel="${rel}" href="${alertUrl(number)}" data-key="${key}" aria-label="Alert ${number}">${words}</a>`;
}
