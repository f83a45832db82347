import { html } from 'hono/html';
import { escapeText } from '../../domain/escape.ts';
import type { ProblemModel } from '../models.ts';
import { listUrl } from '../urls.ts';
import { type Html, layout } from './layout.ts';
import { rangeSentence } from './words.ts';

/** Says what is wrong, and what there is instead. */
export function problemPage({ title, problem, typed, range }: ProblemModel): Html {
  return layout({
    title: escapeText(title),
    ...(typed === undefined ? {} : { typed }),
    body: html`<div class="problem">
<h1>${escapeText(title)}</h1>
<p>${escapeText(problem)}</p>
${says(problem) ? '' : html`<p>${rangeSentence(range)}</p>`}
<p><a href="${listUrl()}">All alerts</a></p>
</div>`,
  });
}

/** Whether the sentence says by itself what there is. */
function says(problem: string): boolean {
  return / there (are|is) /.test(problem);
}
