import { statSync } from 'node:fs';
import { ImgpipeError } from '../../domain/errors.ts';

/** A file that this process has open, with what distinguishes it from another file of that name. */
export interface OpenFile {
  readonly file: string;
  readonly identity: string;
}

/** Remembers the files that exist of those that have just been opened. */
export function rememberFiles(files: readonly string[]): OpenFile[] {
  return files.flatMap((file) => {
    const identity = identityOf(file);
    return identity === undefined ? [] : [{ file, identity }];
  });
}

/** Throws `catalog_replaced` if a file of the catalog was removed, moved or replaced. */
export function checkCatalogFiles(files: readonly OpenFile[]): void {
  for (const each of files) {
    const change = changeOf(each);
    if (change !== undefined) throw gone(each.file, change);
  }
}

/** Throws `catalog_replaced` if a catalog that was there is gone. */
export function checkPresent(file: string): void {
  if (identityOf(file) === undefined) throw gone(file, 'removed or moved');
}

/** Throws `catalog_replaced` if a lock file was removed, moved or replaced: others can then hold the same lock. */
export function checkLockFiles(files: readonly OpenFile[]): void {
  for (const each of files) {
    const change = changeOf(each);
    if (change === undefined) continue;
    throw new ImgpipeError(
      'catalog_replaced',
      `the lock file ${each.file} was ${change} while this process held the lock: stop all processes that use this folder, and start again`,
    );
  }
}

type Change = 'replaced' | 'removed or moved';

function gone(file: string, change: Change): ImgpipeError {
  const then = change === 'replaced' ? 'start again to use the new one' : 'put it back, and start again';
  return new ImgpipeError('catalog_replaced', `the catalog file ${file} was ${change} while it was open: ${then}`);
}

/**
 * What has become of a file; undefined if it is the same, also under a link. A file that cannot be looked at, for instance
 * for want of permission, may still be the same.
 */
function changeOf({ file, identity }: OpenFile): Change | undefined {
  try {
    const now = identityOf(file);
    if (now === identity) return undefined;
    return now === undefined ? 'removed or moved' : 'replaced';
  } catch {
    return undefined;
  }
}

/** Device and inode, which no other file gets while this one is open. Opens nothing: closing would drop SQLite's locks. */
function identityOf(file: string): string | undefined {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stat && `${stat.dev}:${stat.ino}`;
}
