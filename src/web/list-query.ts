import { ImgpipeError } from '../domain/errors.ts';
import { readTime, TIME_FORM } from '../domain/read-time.ts';
import { checkStreamName } from '../domain/stream-name.ts';
import type { AlertFilter, AlertPage } from '../ports/catalog/browsing.ts';
import type { ListFields } from './models.ts';

/** The query of a list of alerts, as typed and as parsed. */
export interface ListQuery {
  readonly fields: ListFields;
  readonly filter: AlertFilter;
  readonly page: AlertPage;
}

type Texts = Readonly<Record<string, string | undefined>>;

const DEFAULT_LIMIT = 24;
const MAX_LIMIT = 100;

/** The query of an adjacent page: the same filter from another position. */
export function otherPage(fields: ListFields, from: { before: number } | { after: number }): Record<string, string> {
  const [[name, number] = ['', 0]] = Object.entries(from);
  const given = Object.entries(fields).filter(([, text]) => text !== '');
  return { ...Object.fromEntries(given), [name]: String(number) };
}

/** Parses a list's query. Throws `usage` with the parameter, its value and what is valid. */
export function readListQuery(query: Texts): ListQuery {
  const text = (name: string) => (query[name] ?? '').trim();
  const fields: ListFields = {
    stream: text('stream'),
    technique: text('technique'),
    from: text('from'),
    to: text('to'),
    min_measurement: text('min_measurement'),
  };
  const { stream, technique, from, to, min_measurement: minMeasurement } = fields;
  const [before, after] = [optionalPositive('before', text('before')), optionalPositive('after', text('after'))];
  if (before !== undefined && after !== undefined) {
    throw new ImgpipeError('usage', 'before and after cannot be combined: use one of them');
  }
  const limit = optionalPositive('limit', text('limit')) ?? DEFAULT_LIMIT;
  if (limit > MAX_LIMIT) throw invalid('limit', String(limit), `a number from 1 to ${MAX_LIMIT}`);
  return {
    fields,
    filter: {
      ...(stream !== '' && { stream: checkStreamName(stream) }),
      ...(technique !== '' && { technique: techniqueOf(technique) }),
      ...(from !== '' && { from: timeOf('from', from) }),
      ...(to !== '' && { to: timeOf('to', to) }),
      ...(minMeasurement !== '' && { minMeasurement: numberOf('min_measurement', minMeasurement) }),
    },
    page: { limit, ...(before !== undefined && { before }), ...(after !== undefined && { after }) },
  };
}

/** Parses a technique's id. Throws `usage`. */
export function techniqueOf(text: string): string {
  if (/^[a-z0-9_-]{1,32}@\d{1,6}$/.test(text)) return text;
  throw invalid('technique', text, 'a technique with its version, such as l2@2');
}

/** Parses a positive integer; undefined for an empty text. Throws `usage`. */
export function optionalPositive(name: string, text: string): number | undefined {
  return text === '' ? undefined : positive(name, text);
}

/** Parses a positive integer. Throws `usage`. */
export function positive(name: string, text: string): number {
  const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= 1) return number;
  throw invalid(name, text, 'a positive whole number, such as 1');
}

function numberOf(name: string, text: string): number {
  const number = Number(text);
  if (text.length < 32 && Number.isFinite(number) && number >= 0) return number;
  throw invalid(name, text, 'a number of 0 or more, such as 2000');
}

/** Parses a date or a time; returns it in the format of the catalog. Throws `usage`. */
function timeOf(name: string, text: string): string {
  const time = readTime(text);
  if (time !== undefined) return time;
  throw invalid(name, text, TIME_FORM);
}

const MAX_SHOWN = 80;

function invalid(name: string, value: string, valid: string): ImgpipeError {
  const shown = value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}…` : value;
  return new ImgpipeError('usage', `${name}: ${JSON.stringify(shown)} is not valid: use ${valid}`);
}
