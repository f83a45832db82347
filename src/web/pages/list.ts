import { html } from 'hono/html';
import { escapeText } from '../../domain/escape.ts';
import type { AlertEntry } from '../../ports/catalog/browsing.ts';
import type { ListModel } from '../models.ts';
import { alertUrl, listUrl, streamUrl } from '../urls.ts';
import { filterForm, isFiltered } from './filter.ts';
import { type Html, layout, type Piece } from './layout.ts';
import { pager } from './pager.ts';
import { thumbnails } from './thumbnail.ts';
import { changeWords, moment, rangeSentence, thresholdWords } from './words.ts';

/** The alerts, the newest first. */
export function listPage(model: ListModel): Html {
  const { entries, live, older, newer } = model;
  return layout({
    title: 'Alerts',
    at: 'list',
    styles: ['list.css'],
    scripts: live === undefined ? [] : ['list.js'],
    keys: [{ keys: ['←', '→'], does: 'newer and older alerts' }],
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
<p class="facts"><a href="${streamUrl(image.stream, { technique: event.technique })}">${escapeText(image.stream)}</a> <span>${escapeText(event.technique)}</span> <span>threshold ${thresholdWords(event.threshold)}</span> ${moment(alert.alertedAt)}</p></div>
${thumbnails(entry)}</li>`;
}

function capital(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/** Where new alerts are told of; drawn by the script. */
function liveState(live: string | undefined): Piece {
  return live === undefined
    ? ''
    : html`<p class="live scripted" id="live" data-live="${live}" data-state="connecting">connecting…</p>`;
}

function emptyState({ fields, range }: ListModel): Html {
  if (range === undefined) {
    return html`<div class="empty" id="empty"><p>No picture has changed yet, or none has been received.</p>
<p><code>imgpipe run</code> receives ten generated images, compares each with the one before and raises an alert where they differ; <code>imgpipe run pictures/</code> does so with a folder of your own.</p></div>`;
  }
  const way = isFiltered(fields) ? 'Look for less, or see ' : 'See ';
  return html`<div class="empty" id="empty"><p>No alert is like that.</p><p>${way}<a href="${listUrl()}">all alerts</a>.</p></div>`;
}
