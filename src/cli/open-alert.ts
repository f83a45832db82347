import type { ChildProcess } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Reader } from '../app/reader.ts';
import { FILE_MODE } from '../base/file-modes.ts';
import { ImgpipeError } from '../domain/errors.ts';
import { differenceKey, imageKey } from '../domain/object-keys.ts';
import type { AlertView } from '../operations/view.ts';
import { fillNewFolder, removeOldFolders } from './temporary-copies.ts';
import type { Terminal } from './terminal.ts';

/** A desktop launcher that fails does so within this time; one that is itself the viewer keeps running. */
const LAUNCH_TIMEOUT_MS = 2000;

/**
 * Opens copies of an alert's three pictures in the desktop's viewer, the image with a box around each region if regions
 * are known. Throws `viewer_failed`.
 */
export async function openAlert(
  view: AlertView,
  pipeline: Pick<Reader, 'read' | 'boxed'>,
  terminal: Terminal,
): Promise<void> {
  await removeOldFolders();
  const files = await fillNewFolder((folder) => copyPictures(view, pipeline, folder));
  terminal.notice(`opening copies of the pictures in ${path.dirname(files.image)}`);
  await Promise.all([files.reference, files.image, files.difference].map(openPicture));
}

async function copyPictures(view: AlertView, pipeline: Pick<Reader, 'read' | 'boxed'>, folder: string) {
  const { alert, event, image, reference } = view;
  const copy = async (name: string, bytes: Promise<Uint8Array>) => {
    const file = path.join(folder, `alert-${alert.number}-${name}`);
    await writeFile(file, await bytes, { mode: FILE_MODE });
    return file;
  };
  const boxed = event.regions !== null;
  return {
    reference: await copy(`before.${reference.format}`, pipeline.read(imageKey(reference))),
    image: boxed
      ? await copy('regions.jpg', pipeline.boxed(view))
      : await copy(`after.${image.format}`, pipeline.read(imageKey(image))),
    difference: await copy('difference.jpg', pipeline.read(differenceKey(event))),
  };
}

async function openPicture(file: string): Promise<void> {
  let cause: unknown;
  try {
    // Loaded only here, to keep the start-up of every command short.
    const { default: openInDesktop } = await import('open');
    const status = await statusOf(await openInDesktop(file));
    if (status === undefined || status === 0) return;
    cause = new Error(`the desktop's launcher exited with ${status}`);
  } catch (error) {
    cause = error;
  }
  throw new ImgpipeError(
    'viewer_failed',
    `cannot start a viewer for ${file} (${(cause as Error).message}): open the paths above yourself`,
    { cause },
  );
}

/** The exit status or signal of the launcher; undefined while it is running. */
async function statusOf(launcher: ChildProcess): Promise<number | string | undefined> {
  const done = new AbortController();
  launcher.once('exit', () => done.abort());
  if (launcher.exitCode === null) await sleep(LAUNCH_TIMEOUT_MS, undefined, { signal: done.signal }).catch(() => {});
  return launcher.exitCode ?? launcher.signalCode ?? undefined;
}
