import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';

/** Why no small disk can be mounted here, or undefined if one can. */
export const whyNoDisk: string | undefined = (() => {
  try {
    const folder = mountTmpfs('4k');
    unmount(folder);
    return undefined;
  } catch (error) {
    return `cannot mount a tmpfs: ${(error as Error).message.trim().split('\n').at(-1)}`;
  }
})();

/** Mounts a tmpfs of this size (`1m`) until the test has finished. Returns its folder. */
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
