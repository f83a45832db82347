import { html } from 'hono/html';
import { escapeText } from '../../domain/escape.ts';
import type { ListModel } from '../models.ts';
import { listUrl } from '../urls.ts';
import type { Html } from './layout.ts';

/** The form that narrows the list. */
export function filterForm({ fields, streams, techniques }: ListModel): Html {
  return html`<form class="filter" action="/" method="get" aria-label="Filter">
${choice({ name: 'stream', label: 'Stream', all: 'all streams', given: fields.stream, values: streams })}
${choice({ name: 'technique', label: 'Technique', all: 'all techniques', given: fields.technique, values: techniques })}
${time('from', 'From (UTC)', fields.from)}
${time('to', 'Before (UTC)', fields.to)}
<p><label for="min_measurement">Minimum measurement</label><input id="min_measurement" name="min_measurement" inputmode="decimal" autocomplete="off" size="9" value="${escapeText(fields.min_measurement)}"></p>
<p class="do"><button>Filter</button>${isFiltered(fields) ? html` <a class="button" href="${listUrl()}">All</a>` : ''}</p>
</form>`;
}

/** Whether anything is looked for. */
export function isFiltered(fields: ListModel['fields']): boolean {
  return Object.values(fields).some((value) => value !== '');
}

interface Choice {
  readonly name: string;
  readonly label: string;
  readonly all: string;
  readonly given: string;
  readonly values: readonly string[];
}

function choice({ name, label, all, given, values }: Choice): Html {
  const offered = given === '' || values.includes(given) ? values : [given, ...values];
  return html`<p><label for="${name}">${label}</label><select id="${name}" name="${name}"><option value="">${all}</option>${offered.map(
    (value) => html`<option value="${value}"${value === given ? html` selected` : ''}>${escapeText(value)}</option>`,
  )}</select></p>`;
}

/** Typed as the list shows it: a browser's own field for times would show them in another order, and take no day alone. */
function time(name: string, label: string, given: string): Html {
  return html`<p><label for="${name}">${label}</label><input id="${name}" name="${name}" autocomplete="off" size="17" placeholder="2026-11-25T20:00" title="a day or a time in UTC: 2026-11-25 or 2026-11-25T20:00" value="${escapeText(given)}"></p>`;
}
