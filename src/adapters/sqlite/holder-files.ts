import { readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { FILE_MODE } from '../../base/file-modes.ts';
import { isMarkedAlive, PROCESS_MARK, processMark } from '../../base/process-mark.ts';
import { processTable } from '../../base/process-table.ts';

/** Files beside a lock that name its holders. They are used only in messages, so a file that cannot be written is ignored. */

/** Whether a holder in another container lives can only be seen by its file, which it refreshes. */
const REFRESH_MS = 10_000;
const FRESH_MS = 60_000;
/** A holder that was stopped for long may still have its lock. */
const MAX_AGE_MS = 24 * 3_600_000;

const HOLDER_FILE = new RegExp(`^(${PROCESS_MARK})-\\d+\\.holder$`);

/** Counts the locks that this process has acquired: each gets its own file, even with two pipelines in one program. */
let acquired = 0;

/** The file of a holder. */
export interface HolderFile {
  /** Shows to other containers that the holder lives. */
  refresh(): void;
  remove(): void;
}

/** Names the holder of the lock with this path, and removes the files of those that are gone: all others if it is the only one. */
export function createHolderFile(
  stem: string,
  { owner, isOnly }: { readonly owner: string; readonly isOnly: boolean },
): HolderFile {
  acquired += 1;
  const file = `${stem}.${processMark()}-${acquired}.holder`;
  for (const each of filesOf(stem)) {
    if (isOnly || isGone(each)) ignoringErrors(() => rmSync(each.file, { force: true }));
  }
  ignoringErrors(() => writeFileSync(file, owner, { mode: FILE_MODE }));
  let refreshed = performance.now();
  return {
    refresh() {
      if (performance.now() - refreshed < REFRESH_MS) return;
      refreshed = performance.now();
      const now = new Date();
      ignoringErrors(() => utimesSync(file, now, now));
    },
    remove: () => void ignoringErrors(() => rmSync(file, { force: true })),
  };
}

/** The living holders of the lock with this path, for messages. */
export function holdersOf(stem: string): string {
  const names = filesOf(stem).flatMap(({ file, mark }) => {
    const isAlive = isMarkedAlive(mark);
    if (!(isAlive ?? ageOf(file) < FRESH_MS)) return [];
    const owner = ignoringErrors(() => readFileSync(file, 'utf8'));
    return owner === undefined ? [] : [isAlive === undefined ? `${owner} ${elsewhere()}` : owner];
  });
  return names.length === 0 ? 'another process' : names.sort().join(', ');
}

function elsewhere(): string {
  return processTable().isContainer ? 'outside this container' : 'in a container';
}

function isGone({ file, mark }: MarkedFile): boolean {
  const isAlive = isMarkedAlive(mark);
  return isAlive === undefined ? ageOf(file) > MAX_AGE_MS : !isAlive;
}

interface MarkedFile {
  readonly file: string;
  readonly mark: string;
}

function filesOf(stem: string): MarkedFile[] {
  const folder = path.dirname(stem);
  const start = `${path.basename(stem)}.`;
  return (ignoringErrors(() => readdirSync(folder)) ?? []).flatMap((name) => {
    const mark = name.startsWith(start) ? HOLDER_FILE.exec(name.slice(start.length))?.[1] : undefined;
    return mark === undefined ? [] : [{ file: path.join(folder, name), mark }];
  });
}

/** In milliseconds; NaN if the file is gone. */
function ageOf(file: string): number {
  return Date.now() - (ignoringErrors(() => statSync(file).mtimeMs) ?? Number.NaN);
}

function ignoringErrors<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
