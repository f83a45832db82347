import { html } from 'hono/html';
import type { Html, Piece } from './layout.ts';

interface Pager {
  readonly label: string;
  readonly newer: string | undefined;
  readonly older: string | undefined;
  /** Lists start with the newest; timelines end with it. */
  readonly newestAt: 'left' | 'right';
}

/** Links to the adjacent pages, with ← and → as their keys. */
export function pager({ label, newer, older, newestAt }: Pager): Html {
  const none = newer === undefined && older === undefined;
  const links =
    newestAt === 'left'
      ? [toLeft('Newer', newer, 'prev'), toRight('Older', older, 'next')]
      : [toLeft('Older', older, 'prev'), toRight('Newer', newer, 'next')];
  return html`<nav class="pager" id="pager" aria-label="${label}"${none ? html` hidden` : ''}>${links}</nav>`;
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
