import path from 'node:path';
import { finishIncoming, removeIncoming } from '../adapters/files/incoming.ts';
import { type Database, type DatabaseOptions, openDatabase } from '../adapters/sqlite/database.ts';
import type { FormerFiles } from '../adapters/sqlite/prepare.ts';
import { type ErrorCode, ImgpipeError } from '../domain/errors.ts';
import { imageKey } from '../domain/object-keys.ts';

/** Hints for errors of the catalog's file. They are added here, because adapters know no settings. */
const HINTS: Partial<Record<ErrorCode, string>> = {
  no_permission: ', or choose another folder with --data',
  config_invalid: ': choose another folder with --data',
};

/** Opens the catalog in a data folder. Errors about its path name the setting `data`. */
export async function openDataFolder(folder: string, options: DatabaseOptions): Promise<Database> {
  try {
    return await openDatabase(path.join(folder, 'imgpipe.db'), { ...options, files: formerFiles(folder) });
  } catch (error) {
    throw withSetting(error, folder);
  }
}

function formerFiles(folder: string): FormerFiles {
  return {
    finish: (images) =>
      finishIncoming(
        folder,
        images.map((image) => ({ ...image, key: imageKey({ ...image, attempt: 1 }) })),
      ),
    remove: () => removeIncoming(folder),
  };
}

function withSetting(error: unknown, folder: string): unknown {
  if (!(error instanceof ImgpipeError)) return error;
  const { code, message } = error;
  if (code === 'not_found') {
    return new ImgpipeError(
      code,
      `there is no pipeline in ${folder} yet: start one with 'imgpipe run', or choose its folder with --data`,
      { cause: error },
    );
  }
  const hint = HINTS[code];
  if (hint === undefined) return error;
  return new ImgpipeError(code, `data: ${message}${hint}`, { cause: error });
}
