import { pathToFileURL } from 'node:url';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { copyCatalog, lookAt } from './catalog-files.ts';
import { cannotShare } from './errors.ts';

/** A connection that creates and changes nothing in the folder of the database. */
export interface ReadConnection {
  readonly connection: DatabaseSyncInstance;
  /** False once what it reads may be outdated: close it, and open another one. */
  isCurrent(): boolean;
  /** False if what it has just read may be inconsistent: read that again through another one. */
  isConsistent(): boolean;
  close(): void;
}

/** How long a read waits while another process recovers or closes the WAL, which takes milliseconds. */
const BUSY_MS = 500;

/** How long a copy is used at least, so that a catalog that changes all the time is not copied all the time. */
const MIN_COPY_MS = 1000;

/**
 * Opens a database for reading, in the way that its files allow:
 * - At rest, its file alone, without locks and without a WAL. Whoever opens it for writing then, adds files first,
 *   which `isConsistent` notices.
 * - With a WAL and its index, as one of the processes that share it.
 * - Otherwise a copy: SQLite cannot read a WAL without an index that it may create or lock. `copied` requests this.
 */
export function openReadConnection(file: string, { copied = false } = {}): ReadConnection {
  const files = lookAt(file);
  if (copied || (!files.isAtRest && !files.hasWalIndex)) return openCopy(file);
  if (files.isAtRest) {
    const connection = connect(`${pathToFileURL(file).href}?immutable=1`);
    const isUnchanged = () => lookAt(file).state === files.state;
    return {
      connection,
      isCurrent: isUnchanged,
      isConsistent: isUnchanged,
      close: () => connection.close(),
    };
  }
  try {
    const connection = connect(file);
    return {
      connection,
      isCurrent: () => lookAt(file).identity === files.identity,
      isConsistent: () => true,
      close: () => connection.close(),
    };
  } catch (error) {
    if (cannotShare(error)) return openCopy(file);
    throw error;
  }
}

function openCopy(file: string): ReadConnection {
  const copy = copyCatalog(file);
  const until = performance.now() + MIN_COPY_MS;
  try {
    const connection = connect(copy.file, { readOnly: false });
    return {
      connection,
      isCurrent: () => performance.now() < until || lookAt(file).state === copy.state,
      isConsistent: () => true,
      close() {
        connection.close();
        copy.remove();
      },
    };
  } catch (error) {
    copy.remove();
    throw error;
  }
}

function connect(location: string, { readOnly = true } = {}): DatabaseSyncInstance {
  const connection = new DatabaseSync(location, { readOnly, timeout: BUSY_MS });
  try {
    // Sorting must not need a file: there may be no folder for it. The first read opens the WAL.
    connection.exec('PRAGMA temp_store = MEMORY');
    connection.prepare('SELECT 1 FROM sqlite_schema').get();
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}
