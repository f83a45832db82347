import type { Stats } from 'node:fs';
import { lstat, stat } from 'node:fs/promises';
import { sha256Of } from '../../base/digest.ts';
import type { SourceFiles } from '../../ports/image-source.ts';
import { readBounded } from './picture-file.ts';

/** See `SourceFiles`. A symbolic link whose target is missing has not left: the target may come back. */
export const hasLeft: SourceFiles['hasLeft'] = async (path, { sha256, bytes, file }) => {
  try {
    const stats = await statsOf(path);
    if (stats === undefined) return true;
    if (!stats.isFile()) return false;
    if (stats.size !== bytes) return true;
    if (stats.mtime.getTime() === Date.parse(file?.modifiedAt ?? '')) return false;
    // It was written again, or only its time has changed.
    return sha256Of((await readBounded(path, bytes)).bytes) !== sha256;
  } catch {
    return false;
  }
};

/** Undefined if nothing is at the path. Follows a symbolic link. */
async function statsOf(path: string): Promise<Stats | undefined> {
  const stats = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  return stats?.isSymbolicLink() ? stat(path) : stats;
}
