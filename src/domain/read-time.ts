const TIME = /^(\d{4})-(\d\d)-(\d\d)(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)?)?$/;

/** What `readTime` reads, for error messages. */
export const TIME_FORM = 'a date or a time in UTC, such as 2026-11-25 or 2026-11-25T20:00';

/**
 * Reads a date or a time, in UTC unless it has an offset. Returns it in the format of the catalog, RFC 3339 in UTC with
 * milliseconds; undefined if the text is not one.
 */
export function readTime(text: string): string | undefined {
  const [, year, month, day, clock = 'T00:00', , , zone = 'Z'] = TIME.exec(text) ?? [];
  if (year === undefined || Number(day) > daysOf(Number(year), Number(month))) return undefined;
  const hasZone = clock.endsWith(zone);
  const time = Date.parse(`${year}-${month}-${day}${clock}${hasZone ? '' : zone}`);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

/** The number of days of a month, counted from 1. */
function daysOf(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}
