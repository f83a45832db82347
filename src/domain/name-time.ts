import { type Clock, instantOf } from './clock.ts';

/** The instant in a file's path; undefined if it has none. */
export type ReadNameTime = (file: string) => Date | undefined;

/** The directives, as strftime's, each with the digits that it stands for. */
const DIRECTIVES: Readonly<Record<string, string>> = {
  Y: '\\d{4}',
  m: '\\d\\d',
  d: '\\d\\d',
  H: '\\d\\d',
  M: '\\d\\d',
  S: '\\d\\d',
  f: '\\d{1,9}',
  s: '\\d{9,11}',
  z: '[+-]\\d\\d:?\\d\\d|Z',
};
const MAX_LENGTH = 200;

/**
 * A reader of the time in names like `cam_%Y%m%d_%H%M%S`. The pattern may stand anywhere in a file's name, or in its path if
 * it has a slash. Without `%z` the time is in this machine's local zone; `%s` is in seconds since 1970. Throws an Error that
 * says what is wrong with the pattern.
 */
export function nameTimeReader(pattern: string): ReadNameTime {
  const seen = new Set<string>();
  const source = pattern.replaceAll(/%(.?)|[\\^$.*+?()[\]{}|/]/gs, (part, directive?: string) => {
    if (directive === undefined) return `\\${part}`;
    if (directive === '%') return '%';
    const digits = DIRECTIVES[directive];
    if (digits === undefined || seen.has(directive)) throw new Error(`a pattern without ${part} twice or unknown`);
    seen.add(directive);
    return `(?<${directive}>${digits})`;
  });
  if (!seen.has('s') && !['Y', 'm', 'd'].every((directive) => seen.has(directive))) {
    throw new Error('a pattern with %Y, %m and %d, or with %s');
  }
  if (pattern.length > MAX_LENGTH) throw new Error(`a pattern of at most ${MAX_LENGTH} characters`);
  const expression = new RegExp(source);
  const isPath = pattern.includes('/');

  return (file) => {
    const whole = file.replaceAll('\\', '/');
    const found = expression.exec(isPath ? whole : whole.slice(whole.lastIndexOf('/') + 1))?.groups;
    return found === undefined ? undefined : timeOf(found);
  };
}

function timeOf(found: Readonly<Record<string, string>>): Date | undefined {
  const { s: epoch, f: fraction = '', z: zone } = found;
  const milliseconds = Math.floor(Number(`0.${fraction || 0}`) * 1000);
  if (epoch !== undefined) return new Date(Number(epoch) * 1000 + milliseconds);
  const part = (directive: string) => Number(found[directive] ?? 0);
  const clock: Clock = {
    year: part('Y'),
    month: part('m'),
    day: part('d'),
    hours: part('H'),
    minutes: part('M'),
    seconds: part('S'),
    milliseconds,
  };
  return instantOf(clock, zone === undefined ? undefined : minutesOf(zone));
}

/** `+0200`, `+02:00` or `Z` in minutes. */
function minutesOf(zone: string): number {
  if (zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return zone.startsWith('-') ? -minutes : minutes;
}
