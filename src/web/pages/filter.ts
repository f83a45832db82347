import { html } from 'hono/html';
import { escapeText } from '../../domain/escape.ts';
import type { ListModel } from '../models.ts';
import { listUrl } from '../urls.ts';
import type { Html } from './layout.ts';

/** The filter of the list. */
export function filterForm({ fields, streams, techniques }: ListModel): Html {
  return html`<form class="filter" action="/" method="get" aria-label="Filter">
${choice({ name: 'stream', label: 'Stream', all: 'all streams', given: fields.stream, values: streams })}
${choice({ name: 'technique', label: 'Technique', all: 'all techniques', given: fields.technique, values: techniques })}
${time('from', 'From (UTC)', fields.from)}
${time('to', 'Before (UTC)', fields.to)}
<p><label for="min_measurement">Minimum measurement</label><input id="min_measurement" name="min_measurement" inputmode="decimal" autocomplete="off" size="9" value="${escapeText(fields.min_measurement)}"></p>
<p class="do"><button>Filter</button>${isFiltered(fields) ? html` <a class="button" href="${listUrl()}">Clear</a>` : ''}</p>
</form>`;
}

/** Whether any field is set. */
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

/** More options than this become suggestions of a text field. */
const MAX_OPTIONS = 200;

function choice({ name, label, all, given, values }: Choice): Html {
  if (values.length > MAX_OPTIONS) {
    const suggested = values.slice(0, MAX_OPTIONS);
    return html`<p><label for="${name}">${label}</label><input id="${name}" name="${name}" list="${name}-list" autocomplete="off" size="17" placeholder="${all}" value="${escapeText(given)}"><datalist id="${name}-list">${suggested.map(
      (value) => html`<option value="${value}"></option>`,
    )}</datalist></p>`;
  }
  const offered = given === '' || values.includes(given) ? values : [given, ...values];
  return html`<p><label for="${name}">${label}</label><select id="${name}" name="${name}"><option value="">${all}</option>${offered.map(
    (value) => html`<option value="${value}"${value === given ? html` selected` : ''}>${escapeText(value)}</option>`,
  )}</select></p>`;
}

/** A text field in the format of the list: `datetime-local` uses the browser's format, and requires a time of day. */
function time(name: string, label: string, given: string): Html {
  return html`<p><label for="${name}">${label}</label><input id="${name}" name="${name}" autocomplete="off" size="17" placeholder="2026-11-25T20:00" title="a date or a time in UTC: 2026-11-25 or 2026-11-25T20:00" value="${escapeText(given)}"></p>`;
}
