import { randomUUID } from 'node:crypto';
import type { Client, ClientBase } from 'pg';
import type { Lock, LockResult, Locks } from '../../ports/catalog/locks.ts';
import { translated } from './errors.ts';
import { lockKey } from './lock-key.ts';
import { processOf } from './pooler.ts';
import type { Sessions } from './sessions.ts';

/** How often the session of the locks is asked whether it still is there, and how long the answer may take. */
const CHECK_MS = 3000;
const MAX_ANSWER_MS = 8000;

type Mode = 'exclusive' | 'shared';

/** A lock that is held. */
interface Held {
  readonly mode: Mode;
  readonly owner: string;
  readonly lost: AbortController;
}

/** The session that all locks of this process belong to. */
interface LockSession {
  readonly client: Client;
  /** The process of the server that has its locks. */
  readonly process: number;
  readonly held: Map<string, Held[]>;
  readonly checks: NodeJS.Timeout;
}

export interface SessionLocks extends Locks {
  close(): Promise<void>;
}

/**
 * Advisory locks of a session of their own. The server frees them when the session ends, also after its host has vanished;
 * then each `lost` fires, and the next lock opens another session.
 */
export function createLocks(
  sessions: Pick<Sessions, 'open'>,
  { address, holderSuffix }: { readonly address: string; readonly holderSuffix: string },
): SessionLocks {
  let current: LockSession | undefined;
  /** Requests come one after the other: a session knows of itself only what it holds. */
  let last: Promise<unknown> = Promise.resolve();

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = last.then(work);
    last = turn.catch(() => {});
    return turn;
  }

  async function sessionOf(): Promise<LockSession> {
    if (current !== undefined) return current;
    const client = await sessions.open();
    const process = await processOf(client).catch(async (error) => {
      await client.end();
      throw error;
    });
    const checks = setInterval(() => void check(opened), CHECK_MS).unref();
    const opened: LockSession = { client, process, held: new Map(), checks };
    client.on('end', () => lose(opened));
    client.on('error', () => lose(opened));
    current = opened;
    return opened;
  }

  function lose(session: LockSession): void {
    clearInterval(session.checks);
    if (current === session) current = undefined;
    for (const { lost } of [...session.held.values()].flat()) lost.abort();
    session.held.clear();
  }

  async function check(session: LockSession): Promise<void> {
    const late = setTimeout(() => drop(session), MAX_ANSWER_MS).unref();
    const process = await inTurn(async () => (current === session ? processOf(session.client) : undefined)).catch(
      () => {},
    );
    clearTimeout(late);
    if (current === session && process !== session.process) drop(session);
  }

  function drop(session: LockSession): void {
    lose(session);
    session.client.end().catch(() => {});
  }

  async function acquire(name: string, owner: string, mode: Mode): Promise<LockResult> {
    const session = await sessionOf();
    const own = session.held.get(name) ?? [];
    // To the server, all locks of a session are compatible.
    const conflicting = own.filter((each) => mode === 'exclusive' || each.mode === 'exclusive');
    if (conflicting.length > 0) return { holder: conflicting.map((each) => each.owner).join(', ') };
    const { rows } = await session.client.query(`SELECT pg_try_advisory_lock${suffix(mode)}($1) AS locked`, [
      lockKey(name),
    ]);
    if (rows[0]?.locked !== 1) return { holder: await holdersOf(session.client, name) };
    const held: Held = { mode, owner, lost: new AbortController() };
    try {
      await session.client.query(ENTER_HOLDER, [name, lockKey(name), owner]);
    } catch (error) {
      await unlock(session.client, name, held).catch(() => drop(session));
      throw error;
    }
    // Meanwhile the session may have been given up.
    if (current !== session) throw new Error('the connection that was to hold the lock was terminated');
    session.held.set(name, [...own, held]);
    return { lock: lockOf(session, name, held) };
  }

  function lockOf(session: LockSession, name: string, held: Held): Lock {
    const release = () =>
      inTurn(async () => {
        const all = session.held.get(name) ?? [];
        if (!all.includes(held)) return;
        session.held.set(
          name,
          all.filter((each) => each !== held),
        );
        // A session that cannot be asked any more is about to end, and its locks with it.
        await unlock(session.client, name, held).catch(() => drop(session));
      });
    return { token: randomUUID(), lost: held.lost.signal, release };
  }

  return {
    lock: (name, owner, mode = 'exclusive') =>
      inTurn(() => acquire(name, owner + holderSuffix, mode)).catch((error) => {
        throw translated(error, address);
      }),

    close: () =>
      inTurn(async () => {
        const session = current;
        if (session === undefined) return;
        session.held.clear();
        lose(session);
        await session.client.end();
      }),
  };
}

async function unlock(client: Client, name: string, { mode, owner }: Held): Promise<void> {
  await client.query(REMOVE_HOLDER, [name, owner]);
  await client.query(`SELECT pg_advisory_unlock${suffix(mode)}($1)`, [lockKey(name)]);
}

function suffix(mode: Mode): string {
  return mode === 'shared' ? '_shared' : '';
}

/**
 * Whether a row of `lock_holder` is that of a session which has the lock: $1 is its name, $2 its key. Roles see each other's
 * locks, but not when each other's sessions began.
 */
const HOLDS = `EXISTS (SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database
  WHERE d.datname = current_database() AND l.locktype = 'advisory' AND l.objsubid = 1
    AND (l.classid::bigint << 32) | l.objid::bigint = $2::bigint AND l.pid = lock_holder.pid)`;

/** Number and begin of this session: a number is used again. */
const THIS_SESSION = 'SELECT pid, backend_start::text AS since FROM pg_stat_activity WHERE pid = pg_backend_pid()';

const ENTER_HOLDER = `
  WITH session AS (${THIS_SESSION}), ended AS (
    DELETE FROM lock_holder USING session
    WHERE name = $1 AND (NOT ${HOLDS} OR (lock_holder.pid = session.pid AND lock_holder.since <> session.since)))
  INSERT INTO lock_holder SELECT $1, $3, pid, since FROM session`;

const REMOVE_HOLDER = `
  DELETE FROM lock_holder WHERE ctid = (
    SELECT ctid FROM lock_holder WHERE name = $1 AND owner = $2 AND pid = pg_backend_pid() LIMIT 1)`;

/** Who has a lock, for messages. */
export async function holdersOf(client: ClientBase, name: string): Promise<string> {
  const { rows } = await client.query(`SELECT owner FROM lock_holder WHERE name = $1 AND ${HOLDS} ORDER BY owner`, [
    name,
    lockKey(name),
  ]);
  return rows.length === 0 ? 'another process' : rows.map(({ owner }) => String(owner)).join(', ');
}
