import { escapeText } from '../domain/escape.ts';

/** A spreadsheet takes a cell that begins with one of these for a formula. */
const FORMULA = /^[=+\-@\t\r]/;

/**
 * A line of CSV (RFC 4180) without its line break: null is an empty field. Text from outside is escaped as everywhere,
 * so that each record is one line, and begins with an apostrophe where a spreadsheet would run it as a formula.
 */
export function csvLine(fields: readonly (string | number | null)[]): string {
  return fields.map(fieldOf).join(',');
}

function fieldOf(field: string | number | null): string {
  if (field === null) return '';
  if (typeof field === 'number') return String(field);
  const text = escapeText(FORMULA.test(field) ? `'${field}` : field);
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
