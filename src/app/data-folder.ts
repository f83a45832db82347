import path from 'node:path';
import { finishIncoming, removeIncoming } from '../adapters/files/incoming.ts';
import { type Database, openDatabase } from '../adapters/sqlite/database.ts';
import type { FormerFiles } from '../adapters/sqlite/migrate.ts';
import { openReadDatabase } from '../adapters/sqlite/read-database.ts';
import { type ErrorCode, ImgpipeError } from '../domain/errors.ts';
import { imageKey } from '../domain/object-keys.ts';

/** Hints for errors of the catalog's file. They are added here, because adapters know no settings. */
const HINTS: Partial<Record<ErrorCode, string>> = {
  no_permission: ', or choose another folder with --data',
  config_invalid: ': choose another folder with --data',
};

/**
 * How a data folder is opened: `read` leaves it exactly as it is, `existing` may change it, and `create` also creates it
 * with its catalog if there is none, which otherwise is `not_found`.
 */
export type Access = 'read' | 'existing' | 'create';

/** Opens the catalog in a data folder. Errors about its path name the setting `data`. */
export async function openDataFolder(
  folder: string,
  { access, as }: { readonly access: Access; readonly as: string },
): Promise<Database> {
  const file = path.join(folder, 'imgpipe.db');
  try {
    if (access === 'read') return await openReadDatabase(file);
    return await openDatabase(file, { create: access === 'create', as, files: formerFiles(folder) });
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
