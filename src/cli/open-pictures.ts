import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { ImgpipeError } from '../domain/errors.ts';
import type { AlertView } from '../operations/view.ts';

/** A desktop's launcher that fails says so within this time; one that is a viewer itself goes on. */
const FAILS_WITHIN_MS = 2000;

/** Opens an alert's three pictures in the desktop's viewer. Throws `viewer_failed`. */
export async function openPictures({ reference, image, difference }: AlertView['paths']): Promise<void> {
  await Promise.all([reference, image, difference].map(openPicture));
}

async function openPicture(file: string): Promise<void> {
  let cause: unknown;
  try {
    // Loaded only where it is asked for: every command starts the sooner.
    const { default: openInDesktop } = await import('open');
    const status = await statusOf(await openInDesktop(file));
    if (status === undefined || status === 0) return;
    cause = new Error(`the desktop's launcher ended with ${status}`);
  } catch (error) {
    cause = error;
  }
  throw new ImgpipeError(
    'viewer_failed',
    `no viewer could be started for ${file} (${(cause as Error).message}): open the paths above yourself`,
    { cause },
  );
}

/** How the launcher ended; undefined where it goes on. */
async function statusOf(launcher: ChildProcess): Promise<number | string | undefined> {
  const done = new AbortController();
  launcher.once('exit', () => done.abort());
  if (launcher.exitCode === null) await sleep(FAILS_WITHIN_MS, undefined, { signal: done.signal }).catch(() => {});
  return launcher.exitCode ?? launcher.signalCode ?? undefined;
}
