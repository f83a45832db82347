import type { FilesNotTaken } from '../../domain/reports.ts';

/** Counts the files of a folder that are not taken, by their endings. */
export interface NotTakenCounter {
  add(name: string): void;
  /** Undefined if there are none. */
  report(folder: string): FilesNotTaken | undefined;
}

/** How many endings are told apart and how many are reported: a folder may hold files with an ending of their own each. */
const MAX_ENDINGS = 1000;
const MAX_REPORTED = 10;
/** An ending is letters and digits: what else follows a dot is a part of the name. */
const ENDING = /\.[\p{L}\p{N}_-]{1,16}$/u;

export function createNotTakenCounter(): NotTakenCounter {
  const endings = new Map<string, number>();
  let files = 0;
  return {
    add(name) {
      files += 1;
      const ending = ENDING.exec(name)?.[0].toLowerCase() ?? '';
      const count = endings.get(ending);
      if (count !== undefined || endings.size < MAX_ENDINGS) endings.set(ending, (count ?? 0) + 1);
    },
    report(folder) {
      if (files === 0) return undefined;
      const counts = [...endings].map(([ending, count]) => ({ ending, files: count }));
      counts.sort((a, b) => b.files - a.files || (a.ending < b.ending ? -1 : 1));
      return { kind: 'not_taken', folder, files, endings: counts.slice(0, MAX_REPORTED) };
    },
  };
}
