import type { Limits } from './setting.ts';

/** Readers of a setting's value, from a flag's or variable's text or from JSON. Each throws an Error that says what is valid. */

export function text(value: unknown, what: string): string {
  if (typeof value !== 'string' || value.trim() === '' || value.includes('\0')) throw new Error(what);
  return value;
}

export function number(value: unknown, limits: Limits): number {
  const { min, max = Number.MAX_SAFE_INTEGER, integer = false } = limits;
  const read = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof read !== 'number' || !(read >= min && read <= max) || (integer && !Number.isInteger(read))) {
    const range = max === Number.MAX_SAFE_INTEGER ? `of ${min} or more` : `from ${min} to ${max}`;
    throw new Error(`${integer ? 'a whole number' : 'a number'} ${range}`);
  }
  return read;
}

/** What a setting takes and how it is read, for a number within limits. */
export function numberWithin(limits: Limits) {
  return { takes: 'number', limits, read: (value: unknown) => number(value, limits) } as const;
}

/** A threshold as it was given. Without a unit it is in its technique's own. */
export interface GivenThreshold {
  readonly value: number;
  readonly unit?: 'px' | '%';
}

export const NO_THRESHOLD: GivenThreshold = { value: 0 };

export function threshold(value: unknown): GivenThreshold {
  const [, amount, unit] = /^(.*?)\s*(px|%)$/.exec(typedText(value)) ?? [];
  try {
    if (unit === undefined) return { value: number(value, { min: 0 }) };
    return { value: number(amount, unit === '%' ? { min: 0, max: 100 } : { min: 0 }), unit: unit as 'px' | '%' };
  } catch {
    throw new Error("a number of 0 or more, such as 2000, or with the technique 'changed' 400px or 0.1%");
  }
}

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const MAX_MS = 24 * 3_600_000;

export function milliseconds(value: unknown): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(typedText(value)) ?? [];
  const read = Number(amount) * (unit === undefined ? 1 : (UNITS[unit] ?? Number.NaN));
  // Without a unit only 0 is unambiguous.
  if (!(read <= MAX_MS) || (unit === undefined && read !== 0)) {
    throw new Error('a time such as 50ms, 2s or 1m, at most 24h');
  }
  return read;
}

/** What a setting takes and how it is read, for a time of at least `min` milliseconds. */
export function timeFrom(min: number) {
  const read = (value: unknown) => {
    const time = milliseconds(value);
    if (time < min) throw new Error(`a time of ${min}ms or more, such as 5s`);
    return time;
  };
  return { takes: 'time', limits: { min }, read } as const;
}

export function yesOrNo(value: unknown): boolean {
  if (value === true || value === 'true' || value === '1') return true;
  if (value === false || value === 'false' || value === '0' || value === '') return false;
  throw new Error('true or false');
}

/** One of a few words. */
export function oneOf<T extends string>(value: unknown, words: readonly T[]): T {
  const found = words.find((word) => word === value);
  if (found === undefined) throw new Error(words.map((word) => `'${word}'`).join(' or '));
  return found;
}

/** A string or a number as text. Anything else, such as an array of one number, reads as nothing. */
function typedText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
}
