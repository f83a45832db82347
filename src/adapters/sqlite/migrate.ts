import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { ImgpipeError } from '../../domain/errors.ts';
import type { ImageId, PictureFormat } from '../../domain/records.ts';
import { PIPELINE_LOCK } from '../../ports/catalog/locks.ts';
import { pragma, transaction, untilFree } from './connection.ts';
import { damaged, isSchemaMismatch } from './errors.ts';
import { createLocks } from './locks.ts';
import { MIGRATIONS } from './migrations.ts';
import { SCHEMA_VERSION } from './schema.ts';

/** How often, and how far apart, the lock of the pipeline is requested before a migration fails with `in_use`. */
const LOCK_TRIES = 50;
const LOCK_PAUSE_MS = 20;
/** The first version whose pictures are put under their keys at once. */
const FIRST_WITHOUT_INCOMING = 6;

export interface MigrateOptions {
  /** What other processes see as the holder of the lock: `imgpipe receive (process 123)`. */
  readonly as: string;
  /** Finishes what a version with another layout of files left, before the catalog is migrated from it. */
  readonly files?: FormerFiles | undefined;
}

/** The files of versions before 6, which kept a picture in `incoming/` until it had its number. */
export interface FormerFiles {
  /** Moves the pictures of one stream's pending images to their keys. Resolves with how many, counted from the first, are there. */
  finish(
    images: readonly (ImageId & {
      readonly incoming: string;
      readonly format: PictureFormat;
      readonly sha256: string;
    })[],
  ): Promise<number>;
  /** Removes what is left. */
  remove(): Promise<void>;
}

/** The catalog's version; 0 if the database is empty. */
export function versionOf(connection: DatabaseSyncInstance): number {
  return Number(pragma(connection, 'user_version'));
}

/** Migrates the catalog under the exclusive lock of the pipeline, because an older imgpipe may still be using it. */
export async function migrateIfOlder(
  connection: DatabaseSyncInstance,
  file: string,
  { as, files }: MigrateOptions,
): Promise<void> {
  const locks = createLocks(path.join(path.dirname(file), 'locks'));
  for (let tries = 1; (await untilFree(file, () => versionOf(connection))) < SCHEMA_VERSION; tries += 1) {
    const result = await locks.lock(PIPELINE_LOCK, as);
    if ('lock' in result) {
      try {
        const hasIncoming = (await untilFree(file, () => versionOf(connection))) < FIRST_WITHOUT_INCOMING;
        if (hasIncoming && files !== undefined) {
          await finishPending(connection, file, files);
          await files.remove();
        }
        await untilFree(file, () => migrate(connection, file));
      } finally {
        await result.lock.release();
      }
    } else if (tries === LOCK_TRIES) {
      throw new ImgpipeError(
        'in_use',
        `the catalog ${file} was made by an older imgpipe and has to be migrated, but it is in use by ${result.holder}: stop that first`,
      );
    } else {
      // Another process may be running the same migration, which takes a moment.
      await sleep(LOCK_PAUSE_MS);
    }
  }
}

/** Makes pending images ready as far as their files are there, and withdraws the rest, which were never received. */
async function finishPending(connection: DatabaseSyncInstance, file: string, files: FormerFiles): Promise<void> {
  const pending = connection
    .prepare(
      "SELECT stream, number, incoming, format, sha256 FROM image WHERE state = 'pending' ORDER BY stream, number",
    )
    .all()
    .map((row) => ({
      stream: String(row['stream']),
      number: Number(row['number']),
      incoming: String(row['incoming']),
      format: row['format'] === 'png' ? ('png' as const) : ('jpg' as const),
      sha256: String(row['sha256']),
    }));
  for (const stream of new Set(pending.map((image) => image.stream))) {
    const images = pending.filter((image) => image.stream === stream);
    const last = images[(await files.finish(images)) - 1]?.number ?? (images[0]?.number ?? 1) - 1;
    await untilFree(file, () =>
      transaction(connection, 'BEGIN IMMEDIATE', () => {
        const change = (sql: string) => connection.prepare(sql).run(stream, last).changes;
        change("UPDATE image SET state = 'ready' WHERE stream = ? AND number <= ? AND state = 'pending'");
        const withdrawn = change("DELETE FROM image WHERE stream = ? AND number > ? AND state = 'pending'");
        connection.prepare('UPDATE stream SET last_number = last_number - ? WHERE stream = ?').run(withdrawn, stream);
      }),
    );
  }
}

/** Migrates in one transaction: if it is interrupted, the catalog is unchanged. */
function migrate(connection: DatabaseSyncInstance, file: string): void {
  try {
    transaction(connection, 'BEGIN IMMEDIATE', () => {
      for (const step of MIGRATIONS.slice(versionOf(connection) - 1)) connection.exec(step);
      connection.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
    });
  } catch (error) {
    if (isSchemaMismatch(error)) throw damaged(file, (error as Error).message, error);
    throw error;
  }
}
