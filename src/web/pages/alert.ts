import { html } from 'hono/html';
import type { AlertModel } from '../models.ts';
import { alertUrl, listUrl } from '../urls.ts';
import { comparison } from './comparison.ts';
import { alertFacts, regionsTable } from './facts.ts';
import { type Html, type KeyRow, layout, type Piece } from './layout.ts';
import { whyWords } from './words.ts';

const ALERT_KEYS: readonly KeyRow[] = [
  { keys: ['1'], action: 'side by side' },
  { keys: ['2'], action: 'swipe' },
  { keys: ['3'], action: 'onion skin' },
  { keys: ['4', 'b'], action: 'blink' },
  { keys: ['5'], action: 'difference' },
  { keys: ['p', 's'], action: 'blink: pause, step' },
  { keys: ['r'], action: 'show or hide regions' },
  { keys: ['+', '−'], action: 'zoom in and out' },
  { keys: ['0'], action: 'actual size (1:1)' },
  { keys: ['f'], action: 'fit to the window' },
  { keys: ['←', '→'], action: 'previous and next alert; in a picture: pan' },
  { keys: ['Shift ←→↑↓'], action: 'in a picture: move by one pixel' },
];

/** The page of an alert: its pictures side by side or compared, and its details. */
export function alertPage(model: AlertModel): Html {
  const { view, neighbours } = model;
  const { number } = view.alert;
  const { below, above } = neighbours;
  return layout({
    title: `Alert ${number}`,
    styles: ['comparison-tools.css', 'alert.css'],
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
