import { html } from 'hono/html';
import { escapeText } from '../../domain/escape.ts';
import { assetUrl, listUrl } from '../urls.ts';

/** Escaped HTML. */
export type Html = ReturnType<typeof html>;

/** HTML, or text that is escaped when it is inserted. */
export type Piece = Html | string | readonly Html[];

/** Keys and their action. */
export interface KeyRow {
  readonly keys: readonly string[];
  readonly action: string;
}

const COMMON_KEYS: readonly KeyRow[] = [
  { keys: ['/'], action: 'go to the alert number field' },
  { keys: ['?'], action: 'show keyboard shortcuts' },
  { keys: ['Esc'], action: 'close' },
];

interface Layout {
  readonly title: string;
  readonly body: Piece;
  /** The page's style sheets besides the common ones: `list.css`. */
  readonly styles?: readonly string[];
  /** The page's modules: `list.js`. */
  readonly scripts?: readonly string[];
  readonly keys?: readonly KeyRow[];
  /** The initial text of the alert number field. */
  readonly typed?: string;
  /** The current page in the navigation. */
  readonly at?: 'list';
  /** `<link>` elements. */
  readonly links?: Piece;
}

/** The frame of every page. */
export function layout({
  title,
  body,
  styles = [],
  scripts = [],
  keys = [],
  typed = '',
  at,
  links = '',
}: Layout): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${title} – imgpipe</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="same-origin">
<link rel="icon" href="${assetUrl('icon.svg')}">
${['base.css', 'style.css', ...styles].map((file) => html`<link rel="stylesheet" href="${assetUrl(file)}">\n`)}
${links}${[...scripts, 'keys.js'].map((file) => html`<script type="module" src="${assetUrl(file)}"></script>`)}
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header class="top">
<nav aria-label="Pages"><a class="brand" href="/">imgpipe</a><a href="${listUrl()}"${at === 'list' ? html` aria-current="page"` : ''}>Alerts</a></nav>
<form class="go" action="/" method="get" aria-label="Open an alert">
<label for="alert_num">Alert number</label><input id="alert_num" name="alert_num" inputmode="numeric" autocomplete="off" maxlength="20" required value="${escapeText(typed)}" data-key="/"><button>Open</button>
</form>
<button class="scripted" type="button" id="show-keys" data-key="?" aria-haspopup="dialog">Shortcuts</button>
</header>
<main id="main" tabindex="-1">
${body}
</main>
${keysDialog([...keys, ...COMMON_KEYS])}
</body>
</html>`;
}

/** The keyboard shortcuts of a page. They can be disabled, for assistive tools that type letters (WCAG 2.1.4). */
function keysDialog(rows: readonly KeyRow[]): Html {
  return html`<dialog id="keys" aria-labelledby="keys-title">
<h2 id="keys-title">Keyboard shortcuts</h2>
<dl class="keys">${rows.map(
    ({ keys, action }) => html`<div><dt>${keys.map((key) => html`<kbd>${key}</kbd> `)}</dt><dd>${action}</dd></div>`,
  )}</dl>
<p><label><input type="checkbox" id="keys-on" checked> Enable keyboard shortcuts</label></p>
<form method="dialog"><button>Close</button></form>
</dialog>`;
}
