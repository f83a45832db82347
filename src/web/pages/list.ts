import { html } from 'hono/html';
import { escapeText } from '../../domain/escape.ts';
import type { AlertEntry } from '../../ports/catalog/browsing.ts';
import type { ListModel } from '../models.ts';
import { alertUrl, listUrl, streamUrl } from '../urls.ts';
import { filterForm, isFiltered } from './filter.ts';
import { type Html, layout, type Piece } from './layout.ts';
import { pager } from './pager.ts';
import { thumbnails } from './thumbnail.ts';
import { changeWords, rangeSentence, shortTime, thresholdWords } from './words.ts';

/** The list of alerts, newest first. */
export function listPage(model: ListModel): Html {
  const { entries, live, older, newer } = model;
  return layout({
    title: 'Alerts',
    at: 'list',
    styles: ['list.css'],
    scripts: live === undefined ? [] : ['list.js'],
    keys: [{ keys: ['←', '→'], action: 'newer and older alerts' }],
    body: html`<div class="title"><h1>Alerts</h1><p class="muted" id="range">${rangeSentence(model.range)}</p>${liveState(live)}</div>
${model.range === undefined ? '' : filterForm(model)}
<p class="unseen" role="status" id="announce"></p><button class="fresh" type="button" id="fresh" hidden></button>
${entries.length === 0 ? emptyState(model) : html`<ol class="alerts" id="alerts">${entries.map(card)}</ol>`}
${pager({ label: 'Pages of alerts', newer, older, newestAt: 'left' })}`,
  });
}

function card(entry: AlertEntry): Html {
  const { alert, event, image } = entry;
  const { number } = alert;
  return html`
<li data-alert="${number}"><div><h2><a href="${alertUrl(number)}">Alert ${number}</a></h2>
<p class="change">${capital(changeWords(entry))}</p>
<p class="facts"><a href="${streamUrl(image.stream, { technique: event.technique })}">${escapeText(image.stream)}</a> <span>${escapeText(event.technique)}</span> <span>threshold ${thresholdWords(event.threshold)}</span> ${shortTime(alert.alertedAt)}${
    image.capture?.at ? html` <span>captured ${shortTime(image.capture.at)}</span>` : ''
  }</p></div>
${thumbnails(entry)}</li>`;
}

function capital(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/** The state of the live connection, updated by the script. Hidden while connecting: its text reserves the space of the next state. */
function liveState(live: string | undefined): Piece {
  return live === undefined
    ? ''
    : html`<p class="live scripted" id="live" data-live="${live}" data-state="connecting">live</p>`;
}

function emptyState({ fields, range }: ListModel): Html {
  if (range === undefined) {
    return html`<div class="empty" id="empty"><p>No image has changed yet, or none has been received.</p>
<p><code>imgpipe run</code> receives ten generated images, compares each with the previous one and raises an alert for each change. <code>imgpipe run pictures/</code> does the same with your own pictures.</p></div>`;
  }
  const [found, hint] = isFiltered(fields)
    ? ['No alerts match the filter.', 'Change the filter, or show ']
    : ['No alerts on this page.', 'Show '];
  return html`<div class="empty" id="empty"><p>${found}</p><p>${hint}<a href="${listUrl()}">all alerts</a>.</p></div>`;
}
