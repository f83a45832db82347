import { html } from 'hono/html';
import { escapeText } from '../../domain/escape.ts';
import type { ProblemModel } from '../models.ts';
import { listUrl } from '../urls.ts';
import { type Html, layout } from './layout.ts';
import { rangeSentence } from './words.ts';

/** An error, and the alerts that exist. */
export function problemPage({ title, problem, typed, range }: ProblemModel): Html {
  return layout({
    title: escapeText(title),
    ...(typed === undefined ? {} : { typed }),
    body: html`<div class="problem">
<h1>${escapeText(title)}</h1>
<p>${escapeText(problem)}</p>
${namesAlerts(problem) ? '' : html`<p>${rangeSentence(range)}</p>`}
<p><a href="${listUrl()}">All alerts</a></p>
</div>`,
  });
}

/** Whether the error names the existing alerts itself. */
function namesAlerts(problem: string): boolean {
  return /\b(the alerts are|there are no alerts)\b/.test(problem);
}
