import { html } from 'hono/html';
import type { Measured } from '../../ports/catalog/browsing.ts';
import { alertUrl } from '../urls.ts';
import type { Html } from './layout.ts';
import { moment } from './moment.ts';
import { amount, OUTCOME_WORDS, thresholdWords } from './words.ts';

/** The timeline in words and figures. */
export function timelineTable(points: readonly Measured[]): Html {
  return html`<details class="as-table"><summary>The same as a table</summary><div class="wide" role="region" aria-label="Images and their measurements" tabindex="0"><table><caption class="unseen">Images and their measurements</caption>
<thead><tr><th scope="col">Image</th><th scope="col">Received</th><th scope="col">Outcome</th><th scope="col">Measurement</th><th scope="col">Threshold</th><th scope="col">Alert</th></tr></thead><tbody>${points.map(
    (point) => html`
<tr><th scope="row">${point.number}</th><td>${moment(point.receivedAt)}</td><td>${OUTCOME_WORDS[point.kind]}</td><td>${point.measurement === null ? '–' : amount(point.measurement, point.threshold)}</td><td>${thresholdWords(point.threshold)}</td><td>${point.alert === null ? '–' : html`<a href="${alertUrl(point.alert)}">Alert ${point.alert}</a>`}</td></tr>`,
  )}</tbody></table></div></details>`;
}
