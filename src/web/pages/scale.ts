/** Ticks of an axis from 0: steps of 1, 2 or 5 times a power of ten, about as many as wanted. */
export function ticksTo(max: number, wanted: number): number[] {
  if (!(max > 0)) return [0];
  const rough = max / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const count = Math.ceil(max / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const STEPS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 20, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 20, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 7, 14, 30, 90, 180, 365, 730, 1825, 3650].map((n) => n * DAY),
];

/** A tick at a time in milliseconds. */
export interface TimeTick {
  readonly at: number;
  readonly label: string;
}

/** Ticks at round times in UTC, at most as many as wanted. */
export function timeTicks(first: number, last: number, wanted: number): TimeTick[] {
  const step = STEPS.find((candidate) => (last - first) / candidate <= wanted) ?? 36500 * DAY;
  const ticks: TimeTick[] = [];
  for (let at = Math.ceil(first / step) * step; at <= last; at += step) ticks.push({ at, label: tickLabel(at, step) });
  return ticks;
}

/** The part of a time that distinguishes adjacent ticks. */
function tickLabel(at: number, step: number): string {
  const text = new Date(at).toISOString();
  if (step >= DAY) return text.slice(0, 10);
  const midnight = at % DAY === 0 && step >= MINUTE;
  if (midnight) return text.slice(5, 10);
  if (step >= MINUTE) return text.slice(11, 16);
  return step >= SECOND ? text.slice(11, 19) : text.slice(17, 23);
}
