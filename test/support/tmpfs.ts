import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';

/** Why no small disk can be mounted here; undefined where one can. */
export const whyNoDisk: string | undefined = (() => {
  try {
    const folder = mountTmpfs('4k');
    unmount(folder);
    return undefined;
  } catch (error) {
    return `a tmpfs cannot be mounted here: ${(error as Error).message.trim().split('\n').at(-1)}`;
  }
})();

/** A disk of this size (`1m`) of its own, until the test has finished. */
export function smallDisk(size: string): string {
  const folder = mountTmpfs(size);
  onTestFinished(() => unmount(folder));
  return folder;
}

function mountTmpfs(size: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'imgpipe-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder], { stdio: 'pipe' });
  } catch (error) {
    rmdirSync(folder);
    throw error;
  }
  return folder;
}

function unmount(folder: string): void {
  execFileSync('umount', ['-l', folder], { stdio: 'pipe' });
  rmdirSync(folder);
}
