import { html } from 'hono/html';
import { counted } from '../../base/counted.ts';
import { captureFacts } from '../../domain/capture.ts';
import { escapeText } from '../../domain/escape.ts';
import { notesOf, type Region, type Regions } from '../../domain/records.ts';
import type { AlertView } from '../../operations/view.ts';
import { streamUrl } from '../urls.ts';
import type { Html, Piece } from './layout.ts';
import { amount, exactTime, sizeWords, thresholdWords } from './words.ts';

/** The details of an alert. */
export function alertFacts({ alert, event, image, reference, paths }: AlertView): Html {
  return html`<section class="about" aria-labelledby="about"><h2 id="about">Details</h2><dl class="pairs">
${fact('Stream', html`<a href="${streamUrl(image.stream, { technique: event.technique })}">${escapeText(image.stream)}</a>`)}
${fact('Image', html`${image.number}, ${sizeWords(image)}, ${counted(image.bytes, 'byte')}`)}
${fact('Previous image', html`${reference.number}, ${sizeWords(reference)}, ${counted(reference.bytes, 'byte')}`)}
${fact('Technique', escapeText(event.technique))}
${fact('Measurement', event.measurement === null ? 'none: the sizes differ' : amount(event.measurement, event.threshold))}
${fact('Threshold', thresholdWords(event.threshold))}
${image.capture?.at ? fact('Captured', exactTime(image.capture.at)) : ''}
${captureFacts(image.capture).map(([name, value]) => fact(name, escapeText(value)))}
${fact('Received', exactTime(image.receivedAt))}
${fact('Analyzed', exactTime(event.analyzedAt))}
${fact('Alert raised', exactTime(alert.alertedAt))}
${fact('Origin', escapeText(image.origin))}
${image.movedTo === null ? '' : fact('Moved to', escapeText(image.movedTo))}
${notesOf(image).map((note) => fact('Odd file', escapeText(note)))}
${fact('Image file', html`<code>${escapeText(paths.image)}</code>`)}
${fact('Previous file', html`<code>${escapeText(paths.reference)}</code>`)}
${fact('Difference file', html`<code>${escapeText(paths.difference)}</code>`)}
${fact('SHA-256', html`<code>${image.sha256}</code>`)}
${image.mask === null ? '' : fact('Mask', html`<code>${image.mask}</code>`)}</dl></section>`;
}

function fact(name: string, value: Piece): Html {
  return html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

/** Rows that are shown without unfolding. */
const OPEN_ROWS = 10;

/** The changed regions, strongest first; empty for a technique that finds no regions. */
export function regionsTable(regions: Regions | null): Piece {
  if (regions === null) return '';
  const { count, first } = regions;
  const [shown, rest] = [first.slice(0, OPEN_ROWS), first.slice(OPEN_ROWS)];
  const unkept = count - first.length;
  return html`<section class="regions" aria-labelledby="regions-title"><h2 id="regions-title">${counted(count, 'region')}</h2>
${shown.length === 0 ? '' : table('The strongest regions', shown, 1)}
${rest.length === 0 ? '' : html`<details><summary>${rest.length} more</summary>${table('More regions', rest, OPEN_ROWS + 1)}</details>`}
${unkept > 0 ? html`<p class="muted">${counted(unkept, 'weaker region')} not stored.</p>` : ''}</section>`;
}

function table(caption: string, regions: readonly Region[], from: number): Html {
  return html`<div class="wide" role="region" aria-label="${caption}" tabindex="0"><table><caption class="unseen">${caption}</caption><thead><tr><th scope="col">#</th><th scope="col">Left, top</th><th scope="col">Size</th><th scope="col">Centroid</th><th scope="col">Area, px</th><th scope="col">Sum</th><th scope="col">Peak</th><th scope="col">SNR</th></tr></thead><tbody>${regions.map(
    ({ box, centroid, area, sum, peak, snr }, index) => html`
<tr><th scope="row">${from + index}</th><td>${box.x}, ${box.y}</td><td>${box.width} × ${box.height}</td><td>${centroid.x.toFixed(2)}, ${centroid.y.toFixed(2)}</td><td>${area}</td><td>${sum.toFixed(2)}</td><td>${peak.toFixed(2)}</td><td>${snr.toFixed(2)}</td></tr>`,
  )}</tbody></table></div>`;
}
