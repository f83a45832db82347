import { html } from 'hono/html';
import { escapeText } from '../../domain/escape.ts';
import { assetUrl, listUrl } from '../urls.ts';

/** HTML that is escaped already. */
export type Html = ReturnType<typeof html>;

/** A piece of a page: HTML, or text to be escaped; nothing where it is the empty string. */
export type Piece = Html | string | readonly Html[];

/** Keys, and what they do. */
export interface KeyRow {
  readonly keys: readonly string[];
  readonly does: string;
}

const COMMON_KEYS: readonly KeyRow[] = [
  { keys: ['/'], does: 'to the field for an alert’s number' },
  { keys: ['?'], does: 'these keys' },
  { keys: ['Esc'], does: 'close' },
];

interface Layout {
  readonly title: string;
  readonly body: Piece;
  /** Styles of the page's own: `list.css`. */
  readonly styles?: readonly string[];
  /** Modules of the page's own: `list.js`. */
  readonly scripts?: readonly string[];
  readonly keys?: readonly KeyRow[];
  /** What stands in the number field. */
  readonly typed?: string;
  readonly at?: 'list';
  /** Where the neighbours are, for browsers. */
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
${['style.css', ...styles].map((file) => html`<link rel="stylesheet" href="${assetUrl(file)}">\n`)}
${links}${[...scripts, 'keys.js'].map((file) => html`<script type="module" src="${assetUrl(file)}"></script>`)}
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header class="top">
<nav aria-label="Pages"><a class="brand" href="/">imgpipe</a><a href="${listUrl()}"${at === 'list' ? html` aria-current="page"` : ''}>Alerts</a></nav>
<form class="go" action="/" method="get" aria-label="Open an alert">
<label for="alert_num">Alert number</label><input id="alert_num" name="alert_num" inputmode="numeric" autocomplete="off" maxlength="20" required value="${escapeText(typed)}" data-key="/"><button>Open</button>
</form>
<button class="scripted" type="button" id="show-keys" data-key="?" aria-haspopup="dialog">Keys</button>
</header>
<main id="main" tabindex="-1">
${body}
</main>
${keysDialog([...keys, ...COMMON_KEYS])}
</body>
</html>`;
}

/** All keys of a page; shown by the browser's script. They can be turned off, for those whose tools type letters. */
function keysDialog(rows: readonly KeyRow[]): Html {
  return html`<dialog id="keys" aria-labelledby="keys-title">
<h2 id="keys-title">Keys</h2>
<dl class="keys">${rows.map(
    ({ keys, does }) => html`<div><dt>${keys.map((key) => html`<kbd>${key}</kbd> `)}</dt><dd>${does}</dd></div>`,
  )}</dl>
<p><label><input type="checkbox" id="keys-on" checked> Keys are on</label></p>
<form method="dialog"><button>Close</button></form>
</dialog>`;
}
