import { nameTimeReader } from '../domain/name-time.ts';
import { text } from './readers.ts';
import type { Setting } from './setting.ts';

/** The word for the file's own time. */
const MTIME = 'mtime';

/** How the time of capture is found. */
export const CAPTURE_SETTINGS = {
  timeFrom: {
    field: 'time_from',
    flag: '--time-from <pattern>',
    help: "where the time of capture is read from if the picture does not tell: a pattern of the file's name, such as cam_%Y%m%d_%H%M%S, or mtime for the file's own time",
    takes: 'text',
    fallback: '',
    read: timeFrom,
  },
} satisfies Record<string, Setting<unknown>>;

function timeFrom(value: unknown): string {
  if (value === MTIME) return MTIME;
  try {
    const pattern = text(value, 'a pattern such as cam_%Y%m%d_%H%M%S');
    nameTimeReader(pattern);
    return pattern;
  } catch (error) {
    throw new Error(`${MTIME}, or ${(error as Error).message}`);
  }
}

/** Where the time of capture is read from if a picture does not tell. */
export function timeRuleOf(rule: string) {
  if (rule === MTIME) return { useModified: true };
  return { nameTime: rule === '' ? undefined : nameTimeReader(rule) };
}
