import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { FILE_MODE } from '../../base/file-modes.ts';
import { ImgpipeError } from '../../domain/errors.ts';
import { parseTransfer, type Transfer, transferText } from '../../domain/transfer.ts';
import { translated } from './errors.ts';

/**
 * Why nothing may work on a catalog is in a file beside its database: who looks into the folder sees it, and the tables stay as
 * other versions know them. Writes are under the exclusive lock of the pipeline, which is never lost here.
 */
const NAME = 'MOVED.json';

/** The transfer of the catalog in this file; null if there is none. Throws `catalog_damaged`. */
export function readTransfer(database: string): Transfer | null {
  const file = fileBeside(database);
  const text = textOf(file);
  if (text === undefined) return null;
  const transfer = parseTransfer(text);
  if (transfer !== undefined) return transfer;
  throw new ImgpipeError(
    'catalog_damaged',
    `${file}, which says where the pipeline was moved, is damaged: restore it, or remove it if the pipeline is here`,
  );
}

/** Whether the pipeline of the catalog in this file has moved elsewhere. */
export function hasMoved(database: string): boolean {
  return readTransfer(database)?.state === 'moved';
}

/** Writes or removes it; it survives a power failure once this returns. */
export function writeTransfer(database: string, transfer: Transfer | null): void {
  const file = fileBeside(database);
  try {
    if (transfer === null) rmSync(file, { force: true });
    else replace(file, `${transferText(transfer)}\n`);
    syncFolder(path.dirname(file));
  } catch (error) {
    throw translated(error, file);
  }
}

function fileBeside(database: string): string {
  return path.join(path.dirname(database), NAME);
}

function textOf(file: string): string | undefined {
  // It rarely exists, and this is asked for often.
  if (!existsSync(file)) return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw translated(error, file);
  }
}

function replace(file: string, text: string): void {
  const temporary = `${file}.new`;
  rmSync(temporary, { force: true });
  const descriptor = openSync(temporary, 'wx', FILE_MODE);
  try {
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(temporary, file);
}

function syncFolder(folder: string): void {
  // Windows cannot open folders, and syncs their entries by itself.
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
