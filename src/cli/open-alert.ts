import type { ChildProcess } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pipeline } from '../app/pipeline.ts';
import { ImgpipeError } from '../domain/errors.ts';
import type { AlertView } from '../operations/view.ts';
import type { Terminal } from './terminal.ts';

/** A desktop's launcher that fails says so within this time; one that is a viewer itself goes on. */
const FAILS_WITHIN_MS = 2000;

/**
 * Opens an alert's three pictures in the desktop's viewer; where regions are known, the image is a copy with a box around
 * each. Throws `viewer_failed`.
 */
export async function openAlert(view: AlertView, pipeline: Pipeline, terminal: Terminal): Promise<void> {
  const { reference, image, difference } = view.paths;
  const shown = view.event.regions === null ? image : await boxedCopy(view, pipeline);
  if (shown !== image) terminal.notice(`the image with its regions drawn in: ${shown}`);
  await Promise.all([reference, shown, difference].map(openPicture));
}

/** The viewer reads it when it likes: it stays until the system empties its folder of temporary files. */
async function boxedCopy(view: AlertView, pipeline: Pipeline): Promise<string> {
  const file = path.join(await mkdtemp(path.join(tmpdir(), 'imgpipe-')), `alert-${view.alert.number}.jpg`);
  await writeFile(file, await pipeline.boxed(view));
  return file;
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
