import { html } from 'hono/html';
import { counted } from '../../base/counted.ts';
import { escapeText } from '../../domain/escape.ts';
import type { Measured } from '../../ports/catalog/browsing.ts';
import type { StreamModel } from '../models.ts';
import { alertUrl, listUrl, streamUrl } from '../urls.ts';
import { type Html, layout } from './layout.ts';
import { pager } from './pager.ts';
import { timeline, timesOf } from './timeline.ts';
import { amount, OUTCOME_WORDS, shortTime, thresholdWords, timeText, unitOf } from './words.ts';

/** The page of a stream: its measurements over time. */
export function streamPage(model: StreamModel): Html {
  const { stream, streams, technique, techniques, points, older, newer } = model;
  const name = escapeText(stream);
  return layout({
    title: `Stream ${name}`,
    styles: ['stream.css'],
    keys: [{ keys: ['←', '→'], action: 'older and newer images' }],
    body: html`<div class="title"><h1>Stream ${name}</h1><p class="muted">${spanWords(points)}</p><p class="muted"><a href="${listUrl({ stream })}">Alerts of this stream</a></p></div>
<div class="choices">${links('Technique', techniques, technique, (one) => streamUrl(stream, { technique: one }))}
${streams.length < 2 ? '' : links('Stream', streams, stream, (one) => streamUrl(one, { technique }))}</div>
${points.length === 0 ? html`<div class="empty"><p>No image of this stream has been analyzed with ${escapeText(technique)}.</p></div>` : chart(model)}
${pager({ label: 'Pages of images', newer, older, newestAt: 'right' })}
${points.length === 0 ? '' : timelineTable(points)}`,
  });
}

function chart({ stream, technique, points }: StreamModel): Html {
  const unit = points[0] === undefined ? '' : unitOf(points[0].threshold);
  return html`<figure class="timeline"><figcaption><b>Measurement by ${escapeText(technique)}, ${unit}</b>${LEGEND}</figcaption>
${timeline(points, `Measurements of ${escapeText(stream)} over time`)}</figure>`;
}

const LEGEND = html`<ul class="legend">${(
  [
    ['unchanged', 'unchanged'],
    ['changed', 'event'],
    ['size_changed', 'size changed'],
    ['first', 'first'],
    ['dead', 'dead'],
  ] as const
).map(
  ([kind, words]) =>
    html`<li><svg width="14" height="14" viewBox="-7 -7 14 14" aria-hidden="true"><use href="#mark-${kind}" class="${kind}"/></svg>${words}</li>`,
)}<li><svg width="20" height="14" aria-hidden="true"><line class="limit" x1="0" x2="20" y1="7" y2="7"/></svg>threshold</li></ul>`;

function spanWords(points: StreamModel['points']): string {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return '';
  const times = timesOf(points);
  const [from, to] = [timeText(times[0] ?? ''), timeText(times.at(-1) ?? '')];
  if (first === last) return `image ${first.number}, ${from}`;
  return `${counted(points.length, 'image')}, ${first.number} to ${last.number}: ${from} to ${to}`;
}

/** Links that are shown without unfolding. */
const OPEN_LINKS = 12;
const MAX_LINKS = 200;

function links(label: string, names: readonly string[], current: string, to: (name: string) => string): Html {
  const first = names.slice(0, OPEN_LINKS);
  const open = !first.includes(current) && names.includes(current) ? [...first, current] : first;
  const rest = names.filter((name) => !open.includes(name));
  const listed = rest.slice(0, MAX_LINKS - open.length);
  const unlisted = rest.length - listed.length;
  const link = (name: string) =>
    html`<a href="${to(name)}"${name === current ? html` aria-current="page"` : ''}>${escapeText(name)}</a> `;
  return html`<nav class="choice" aria-label="${label}"><span>${label}</span> ${open.map(link)}${
    rest.length === 0
      ? ''
      : html`<details><summary>${rest.length} more</summary>${listed.map(link)}${unlisted === 0 ? '' : html`<span>${unlisted} not listed</span>`}</details>`
  }</nav>`;
}

/** The timeline as a table. */
function timelineTable(points: readonly Measured[]): Html {
  const hasCaptured = points.some(({ capturedAt }) => capturedAt !== null);
  return html`<details class="as-table"><summary>Show as a table</summary><div class="wide" role="region" aria-label="Images and their measurements" tabindex="0"><table><caption class="unseen">Images and their measurements</caption>
<thead><tr><th scope="col">Image</th>${hasCaptured ? html`<th scope="col">Captured</th>` : ''}<th scope="col">Received</th><th scope="col">Outcome</th><th scope="col">Measurement</th><th scope="col">Threshold</th><th scope="col">Alert</th></tr></thead><tbody>${points.map(
    (point) => html`
<tr><th scope="row">${point.number}</th>${
      hasCaptured ? html`<td>${point.capturedAt === null ? '–' : shortTime(point.capturedAt)}</td>` : ''
    }<td>${shortTime(point.receivedAt)}</td><td>${OUTCOME_WORDS[point.kind]}</td><td>${point.measurement === null ? '–' : amount(point.measurement, point.threshold)}</td><td>${thresholdWords(point.threshold)}</td><td>${point.alert === null ? '–' : html`<a href="${alertUrl(point.alert)}">Alert ${point.alert}</a>`}</td></tr>`,
  )}</tbody></table></div></details>`;
}
