import { accessSync, constants, type Stats, statSync } from 'node:fs';
import path from 'node:path';

/**
 * Why this user has no access to a file, if the file, or the folder that hides or holds it, belongs to another user:
 * whose it is, and what to do. Undefined if that is not the reason. `inFolder` says that the file is one of many, which
 * belong together with their folder.
 */
export function foreignOwner(file: string, { inFolder = false } = {}): string | undefined {
  const user = process.getuid?.();
  const found = user === undefined ? undefined : closedPath(path.resolve(file));
  const closed = found !== undefined && inFolder ? withFolder(found) : found;
  if (closed === undefined || closed.stats.uid === user) return undefined;
  const { uid } = closed.stats;
  const owner = uid === 0 ? 'root (uid 0)' : `uid ${uid}`;
  const isFolder = closed.stats.isDirectory();
  const give = `${isFolder ? 'chown -R' : 'chown'} ${user}:${process.getgid?.()}`;
  return `${closed.path} belongs to ${owner}, but this process runs as uid ${user}: run it as uid ${uid} (in Docker: --user ${uid}), or give it the ${isFolder ? 'folder' : 'file'} (${give})`;
}

interface ClosedPath {
  readonly path: string;
  readonly stats: Stats;
}

/** The folder of a file if it is the same user's, otherwise the file. */
function withFolder(closed: ClosedPath): ClosedPath {
  if (closed.stats.isDirectory()) return closed;
  const folder = path.dirname(closed.path);
  const stats = statSync(folder);
  return stats.uid === closed.stats.uid ? { path: folder, stats } : closed;
}

/** The first path, from a file upwards, that this user may not use. */
function closedPath(file: string): ClosedPath | undefined {
  for (let at = file, last = false; !last; at = path.dirname(at)) {
    last = at === path.dirname(at);
    try {
      const stats = statSync(at);
      if (isClosed(at, stats)) return { path: at, stats };
      // The folders above can be searched.
      if (stats.isDirectory()) return undefined;
    } catch {
      // It does not exist yet, or a folder above hides it.
    }
  }
  return undefined;
}

function isClosed(at: string, stats: Stats): boolean {
  try {
    accessSync(at, constants.R_OK | constants.W_OK | (stats.isDirectory() ? constants.X_OK : 0));
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES';
  }
}
