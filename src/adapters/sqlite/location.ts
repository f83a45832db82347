import { randomUUID } from 'node:crypto';
import { existsSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { LocationCatalog } from '../../ports/catalog/location.ts';
import { separateCopy } from '../sql/separate-copy.ts';
import type { SqlDatabase } from '../sql/sql-database.ts';
import { run } from '../sql/work.ts';
import { checkFiles } from './check-files.ts';
import type { Database } from './database.ts';
import { withTranslatedErrors } from './queries.ts';
import { openReadConnection, type ReadConnection } from './read-connection.ts';

/** The location of a catalog is the path of its file, without links. */
export function createLocation(db: Pick<Database, 'file' | 'get'>, sql: SqlDatabase): LocationCatalog {
  const here = () => withTranslatedErrors(db.file, () => realpathSync(db.file));
  const record = (file: string) => run('UPDATE pipeline SET path = ?', file);

  return {
    location: async () => {
      const row = db.get('SELECT path, pipeline_id FROM pipeline');
      const known = row?.['path'];
      if (typeof known !== 'string') return { kind: 'unrecorded' };
      const file = here();
      if (known === file || isSameFile(known, file)) return { kind: 'same' };
      const isCopy = pipelineIdIn(known) === row?.['pipeline_id'] && !isSameFolder(known, file);
      return { kind: isCopy ? 'copied' : 'moved', from: path.dirname(known), to: path.dirname(file) };
    },

    recordLocation: () =>
      sql.write(function* () {
        yield* record(here());
      }),

    separateCopy: (token) =>
      sql.write(function* () {
        yield* separateCopy(token);
        yield* record(here());
        // Offsets go on from where they were, so that no position means another message.
        yield* run('DELETE FROM bus_message');
      }),
  };
}

function isSameFile(one: string, other: string): boolean {
  try {
    const [a, b] = [statSync(one, { bigint: true }), statSync(other, { bigint: true })];
    return a.dev === b.dev && a.ino === b.ino;
  } catch {
    return false;
  }
}

/** The id of the pipeline in a file; undefined if there is none, or if this user cannot read it. */
function pipelineIdIn(file: string): unknown {
  let opened: ReadConnection | undefined;
  try {
    if (!checkFiles(file)) return undefined;
    opened = openReadConnection(file);
    return opened.connection.prepare('SELECT pipeline_id FROM pipeline').get()?.['pipeline_id'];
  } catch {
    return undefined;
  } finally {
    opened?.close();
  }
}

/** Whether two files are in one folder that is mounted twice: some file systems give it two device numbers. */
function isSameFolder(one: string, other: string): boolean {
  const name = `.imgpipe-${randomUUID()}`;
  const here = path.join(path.dirname(other), name);
  try {
    writeFileSync(here, '');
    return existsSync(path.join(path.dirname(one), name));
  } catch {
    return false;
  } finally {
    rmSync(here, { force: true });
  }
}
