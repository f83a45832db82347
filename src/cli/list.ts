import type { Command } from 'commander';
import { openReader, type Reader } from '../app/reader.ts';
import type { AlertLine, ImageLine, OutcomeLine, ResultLine } from '../domain/json/result-lines.ts';
import { alertJson, eventJson, imageJson } from '../operations/json/result-lines.ts';
import type { ListFilter } from '../operations/list.ts';
import { csvLine } from './csv.ts';
import { printResults } from './print-results.ts';
import { runReadCommand } from './read-command.ts';
import { changeWords, imageLine, outcomeLine } from './words.ts';

export type Listed = 'images' | 'events' | 'alerts';

export interface ListCommand {
  readonly listed: Listed;
  readonly filter: ListFilter;
  readonly csv: boolean;
}

/** A row as a line of text and as JSON. */
interface Line {
  readonly text: () => string;
  readonly json: () => ResultLine;
}

/** Lists images, events or alerts, newest first. Resolves to the exit status. */
export function runList(command: Command, { listed, filter, csv }: ListCommand): Promise<number> {
  return runReadCommand(command, openReader, async ({ pipeline, config, terminal }) => {
    const form = csv ? csvOf(listed) : config.json ? jsonOf : textOf;
    // RFC 4180 ends lines with CR LF; the terminal adds the LF.
    if (csv) terminal.result(`${csvLine(COLUMNS[listed])}\r`);
    const printed = await printResults(LISTS[listed](pipeline, filter), form, terminal);
    if (printed === 0) terminal.notice(`no ${listed} match`);
    return 0;
  });
}

const LISTS: Record<Listed, (reader: Reader, filter: ListFilter) => AsyncIterable<Line>> = {
  async *images({ images, locate }, filter) {
    for await (const image of images(filter)) {
      yield {
        text: () => `${image.receivedAt}  ${imageLine({ kind: 'image', image })}${capturedWords(image.capture?.at)}`,
        json: () => imageJson(image, locate),
      };
    }
  },
  async *events({ events, locate }, filter) {
    for await (const listed of events(filter)) {
      const { event, capturedAt } = listed;
      yield {
        text: () => `${event.analyzedAt}  ${outcomeLine({ ...event, event })}${capturedWords(capturedAt)}`,
        json: () => eventJson(listed, locate),
      };
    }
  },
  async *alerts({ alerts, locate }, filter) {
    for await (const entry of alerts(filter)) {
      const { alert, event, image } = entry;
      const captured = capturedWords(image.capture?.at);
      yield {
        text: () => `${alert.alertedAt}  alert ${alert.number}: ${changeWords(event)}${captured}`,
        json: () => alertJson(entry, locate),
      };
    }
  },
};

function capturedWords(at: string | null | undefined): string {
  return at ? `, captured ${at}` : '';
}

/** The columns of CSV: the fields of JSON. */
export const COLUMNS = {
  images: [
    'stream',
    'image',
    'path',
    'sha256',
    'bytes',
    'origin',
    'moved_to',
    'received_at',
    'notes',
    'mask',
    'captured_at',
  ],
  events: [
    'stream',
    'image',
    'outcome',
    'technique',
    'measurement',
    'threshold',
    'threshold_unit',
    'reference',
    'region_count',
    'event',
    'difference',
    'analyzed_at',
    'captured_at',
  ],
  alerts: ['alert', 'event', 'stream', 'image', 'kind', 'path', 'alerted_at', 'captured_at'],
} as const satisfies {
  images: readonly (keyof ImageLine)[];
  events: readonly (keyof OutcomeLine)[];
  alerts: readonly (keyof AlertLine)[];
};

function textOf({ text }: Line): string {
  return text();
}

function jsonOf({ json }: Line): string {
  return JSON.stringify(json());
}

function csvOf(listed: Listed): (line: Line) => string {
  return ({ json }) => {
    const fields: Readonly<Record<string, unknown>> = json();
    return `${csvLine(COLUMNS[listed].map((column) => cellOf(fields[column])))}\r`;
  };
}

function cellOf(field: unknown): string | number | null {
  if (Array.isArray(field)) return field.join('; ') || null;
  return typeof field === 'string' || typeof field === 'number' ? field : null;
}
