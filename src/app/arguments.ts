import { closestName } from '../base/closest-name.ts';
import { valueText } from '../base/value-text.ts';
import { ImgpipeError } from '../domain/errors.ts';

/** Checks of what a program passes to the public API. Each throws `usage`. */

/** The error for an argument of a wrong type or value. */
export function wrongArgument(name: string, value: unknown, use: string): ImgpipeError {
  return new ImgpipeError('usage', `${name}: ${valueText(value)} is not valid: use ${use}`);
}

/** The options of a call; an empty object if none are given. Unknown names are refused. */
export function optionsOf<Name extends string>(given: unknown, names: readonly Name[]): Partial<Record<Name, unknown>> {
  if (given === undefined) return {};
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw wrongArgument('options', given, `an object with ${names.join(', ')}`);
  }
  const unknown = Object.keys(given).find((name) => !(names as readonly string[]).includes(name));
  if (unknown === undefined) return given as Partial<Record<Name, unknown>>;
  const closest = closestName(unknown, names);
  const hint = closest === undefined ? 'the' : `did you mean ${closest}? The`;
  throw new ImgpipeError('usage', `unknown option ${valueText(unknown)}: ${hint} options are ${names.join(', ')}`);
}

export function signalOf(value: unknown): AbortSignal | undefined {
  if (value === undefined || value instanceof AbortSignal) return value;
  throw wrongArgument('signal', value, 'an AbortSignal');
}

export function booleanOf(name: string, value: unknown): boolean | undefined {
  if (value === undefined || typeof value === 'boolean') return value;
  throw wrongArgument(name, value, 'true or false');
}

/** A callback; undefined if none is given. */
export function callbackOf<F extends (...parameters: never[]) => unknown>(name: string, value: unknown): F | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'function') return value as F;
  throw wrongArgument(name, value, 'a function');
}

/** A number that counts from 1. */
export function numberOf(name: string, value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1) return value;
  throw wrongArgument(name, value, 'a positive whole number, such as 1');
}

export function pathOf(name: string, value: unknown): string {
  if (typeof value === 'string' && value.trim() !== '' && !value.includes('\0')) return value;
  throw wrongArgument(name, value, 'the path of a file or folder');
}
