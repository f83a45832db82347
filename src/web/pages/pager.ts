import { html } from 'hono/html';
import type { Html, Piece } from './layout.ts';

interface Pager {
  readonly label: string;
  readonly newer: string | undefined;
  readonly older: string | undefined;
  /** A list begins with what is newest; time runs to the right. */
  readonly newestAt: 'left' | 'right';
}

/** Ways to the pages before and after this one, where there are any; ← and → are their keys. */
export function pager({ label, newer, older, newestAt }: Pager): Html {
  const none = newer === undefined && older === undefined;
  const ways =
    newestAt === 'left'
      ? [toLeft('Newer', newer, 'prev'), toRight('Older', older, 'next')]
      : [toLeft('Older', older, 'prev'), toRight('Newer', newer, 'next')];
  return html`<nav class="pager" id="pager" aria-label="${label}"${none ? html` hidden` : ''}>${ways}</nav>`;
}

function toLeft(words: string, url: string | undefined, rel: string): Piece {
  return url === undefined
    ? ''
    : html`<a class="button" rel="${rel}" href="${url}" data-key="ArrowLeft">← ${words}</a>`;
}

function toRight(words: string, url: string | undefined, rel: string): Piece {
  return url === undefined
    ? ''
    : html`<a class="button" rel="${rel}" href="${url}" data-key="ArrowRight">${words} →</a>`;
}
