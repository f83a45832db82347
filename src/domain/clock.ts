/** A date and time as a clock shows them. */
export interface Clock {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  readonly day: number;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
  readonly milliseconds: number;
}

/** The longest offset from UTC, in minutes. */
const MAX_OFFSET = 14 * 60;
const MIN_YEAR = 1900;

/**
 * The instant at which a clock shows this, with an offset from UTC in minutes; without one, in this machine's local zone.
 * Undefined for what no clock shows, such as a month of 0.
 */
export function instantOf(clock: Clock, offset: number | undefined): Date | undefined {
  const { year, month, day, hours, minutes, seconds, milliseconds } = clock;
  const utc = new Date(Date.UTC(year, month - 1, day, hours, minutes, seconds, milliseconds));
  const isShown =
    year >= MIN_YEAR &&
    utc.getUTCMonth() === month - 1 &&
    utc.getUTCDate() === day &&
    hours < 24 &&
    minutes < 60 &&
    seconds < 60;
  if (!isShown) return undefined;
  if (offset === undefined || Math.abs(offset) > MAX_OFFSET) {
    return new Date(year, month - 1, day, hours, minutes, seconds, milliseconds);
  }
  return new Date(utc.getTime() - offset * 60_000);
}
