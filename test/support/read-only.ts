import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';

/** Why no folder can be mounted read-only here, or undefined if one can. */
export const whyNoMount: string | undefined = (() => {
  const folder = mkdtempSync(path.join(tmpdir(), 'imgpipe-mount-'));
  try {
    unmount(mount(folder, { readOnly: true }));
    return undefined;
  } catch (error) {
    return `cannot mount: ${(error as Error).message.trim().split('\n').at(-1)}`;
  } finally {
    rmdirSync(folder);
  }
})();

/** Another path of a folder, on which it is read-only, until the test has finished. */
export function readOnlyMountOf(folder: string): string {
  return mountUntilFinished(folder, { readOnly: true });
}

/** Another path of a folder, until the test has finished. */
export function mountOf(folder: string): string {
  return mountUntilFinished(folder, { readOnly: false });
}

/** Lets every user read a folder, and nobody but root write to it. */
export function forbidWriting(folder: string): void {
  chmodSync(folder, 0o555);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const each = path.join(folder, entry.name);
    if (entry.isDirectory()) forbidWriting(each);
    else chmodSync(each, 0o444);
  }
}

/** Each file below a folder with its digest, and each folder. The shared memory of SQLite's processes has no content of its own. */
export function contentOf(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(
    names.map((name) => {
      const each = path.join(folder, name);
      if (statSync(each).isDirectory()) return [name, 'folder'];
      if (name.endsWith('-shm')) return [name, 'shared memory'];
      return [name, createHash('sha256').update(readFileSync(each)).digest('hex')];
    }),
  );
}

function mountUntilFinished(folder: string, how: { readonly readOnly: boolean }): string {
  const mounted = mount(folder, how);
  onTestFinished(() => unmount(mounted));
  return mounted;
}

function mount(folder: string, { readOnly }: { readonly readOnly: boolean }): string {
  const mounted = mkdtempSync(path.join(tmpdir(), 'imgpipe-mounted-'));
  try {
    execFileSync('mount', ['--bind', folder, mounted], { stdio: 'pipe' });
    if (readOnly) execFileSync('mount', ['-o', 'remount,ro,bind', mounted], { stdio: 'pipe' });
  } catch (error) {
    rmdirSync(mounted);
    throw error;
  }
  return mounted;
}

function unmount(folder: string): void {
  execFileSync('umount', ['-l', folder], { stdio: 'pipe' });
  rmdirSync(folder);
}
