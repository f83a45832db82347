import { Client, type ClientBase, type ClientConfig, Pool, types } from 'pg';

/** How to reach the database. */
export interface Connection {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  /** Called if the server requires a password. What it throws fails the session. */
  readonly password?: () => string;
  readonly ssl?: ClientConfig['ssl'];
  /** What the server calls the sessions: `imgpipe receive (process 123)`. */
  readonly as: string;
}

/** The schema that has the tables. */
export const SCHEMA_NAME = 'imgpipe';

const MAX_CONNECTIONS = 8;
const CONNECT_TIMEOUT_MS = 10_000;
const IDLE_MS = 30_000;
/** PostgreSQL keeps this many bytes of a name. */
const MAX_NAME_BYTES = 63;

/**
 * What each session begins with. One whose process is stopped within a transaction, or whose host has vanished, is ended by
 * the server, so that it does not keep the others waiting.
 */
const SETTINGS = [
  `SET search_path = ${SCHEMA_NAME}`,
  "SET client_encoding = 'UTF8'",
  "SET TIME ZONE 'UTC'",
  "SET statement_timeout = '60s'",
  "SET lock_timeout = '20s'",
  "SET idle_in_transaction_session_timeout = '15s'",
  'SET tcp_keepalives_idle = 10',
  'SET tcp_keepalives_interval = 5',
  'SET tcp_keepalives_count = 3',
  // Keepalives are not sent while the host has not acknowledged an answer.
  "SET tcp_user_timeout = '25s'",
];

/** Numbers as numbers: those that are stored here are exact. Truth is 1 or 0, as SQLite has it. */
const PARSERS = new Map<number, (text: string) => unknown>([
  [types.builtins.INT8, Number],
  [types.builtins.NUMERIC, Number],
  [types.builtins.BOOL, (text) => (text === 't' ? 1 : 0)],
]);

export interface Sessions {
  /** Does work with a session, which is given back afterwards. */
  using<T>(work: (session: ClientBase) => Promise<T>): Promise<T>;
  /** Opens a session that is not shared, for locks. */
  open(): Promise<Client>;
  close(): Promise<void>;
}

/** A pool of sessions. Nothing is connected yet. Errors are those of `pg`. */
export function createSessions({ as, password, ...connection }: Connection, readOnly: boolean): Sessions {
  const config: ClientConfig = {
    ...connection,
    ...(password !== undefined && { password }),
    application_name: Buffer.from(as).subarray(0, MAX_NAME_BYTES).toString(),
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    pipeline: true,
    keepAliveInitialDelayMillis: 10_000,
    types: { getTypeParser: (oid: number) => PARSERS.get(oid) ?? types.getTypeParser(oid, 'text') } as never,
  };
  const settings = [...SETTINGS, ...(readOnly ? ['SET default_transaction_read_only = on'] : [])].join('; ');
  // A session that drops fails whatever uses it, or is replaced: it has told enough.
  const begin = async (session: ClientBase) => {
    session.on('error', () => {});
    await session.query(settings);
  };
  const pool = new Pool({
    ...config,
    max: MAX_CONNECTIONS,
    idleTimeoutMillis: IDLE_MS,
    allowExitOnIdle: true,
    onConnect: begin,
  });
  pool.on('error', () => {});

  return {
    async using(work) {
      const session = await pool.connect();
      let failed = false;
      try {
        return await work(session);
      } catch (error) {
        failed = true;
        throw error;
      } finally {
        // What an error has left of a session is not known.
        session.release(failed);
      }
    },

    async open() {
      const session = new Client(config);
      try {
        await session.connect();
        await begin(session);
        return session;
      } catch (error) {
        session.end().catch(() => {});
        throw error;
      }
    },

    close: async () => {
      if (!pool.ending) await pool.end();
    },
  };
}
