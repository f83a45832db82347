import { html } from 'hono/html';
import { escapeText } from '../../domain/escape.ts';
import type { AlertView } from '../../operations/view.ts';
import { streamUrl } from '../urls.ts';
import type { Html, Piece } from './layout.ts';
import { exactMoment } from './moment.ts';
import { amount, counted, sizeWords, thresholdWords } from './words.ts';

/** What is known of an alert. */
export function alertFacts({ alert, event, image, reference, paths }: AlertView): Html {
  return html`<section class="about" aria-labelledby="about"><h2 id="about">Facts</h2><dl class="pairs">
${fact('Stream', html`<a href="${streamUrl(image.stream, { technique: event.technique })}">${escapeText(image.stream)}</a>`)}
${fact('Image', html`${image.number}, ${sizeWords(image)}, ${counted(image.bytes, 'byte')}`)}
${fact('Previous image', html`${reference.number}, ${sizeWords(reference)}, ${counted(reference.bytes, 'byte')}`)}
${fact('Technique', escapeText(event.technique))}
${fact('Measurement', event.measurement === null ? 'none: the sizes differ' : amount(event.measurement, event.threshold))}
${fact('Threshold', thresholdWords(event.threshold))}
${fact('Received', exactMoment(image.receivedAt))}
${fact('Analyzed', exactMoment(event.analyzedAt))}
${fact('Alerted', exactMoment(alert.alertedAt))}
${fact('Origin', escapeText(image.origin))}
${fact('Image file', html`<code>${escapeText(paths.image)}</code>`)}
${fact('Previous file', html`<code>${escapeText(paths.reference)}</code>`)}
${fact('Difference file', html`<code>${escapeText(paths.difference)}</code>`)}
${fact('SHA-256', html`<code>${image.sha256}</code>`)}
${image.mask === null ? '' : fact('Mask', html`<code>${image.mask}</code>`)}</dl></section>`;
}

function fact(name: string, value: Piece): Html {
  return html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}
