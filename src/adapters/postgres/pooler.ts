import type { ClientBase } from 'pg';
import { ImgpipeError } from '../../domain/errors.ts';
import type { Sessions } from './sessions.ts';

/**
 * Which of two sessions is asked next. A pooler in transaction mode gives both the connection that was used last, takes its
 * connections in turn, or takes any: in this order, the first two always show.
 */
const TURNS = ['first', 'second', 'first', 'first', 'second', 'first', 'second', 'second'] as const;

/**
 * Refuses a pooler that gives a session another connection to the server with each transaction: locks and settings of the
 * session would be lost. Throws `config_invalid`.
 */
export async function refuseTransactionPooling(sessions: Pick<Sessions, 'using'>, address: string): Promise<void> {
  await sessions.using((first) =>
    sessions.using(async (second) => {
      const seen = { first: new Set<number>(), second: new Set<number>() };
      for (const turn of TURNS) seen[turn].add(await processOf(turn === 'first' ? first : second));
      const isOwn =
        seen.first.size === 1 && seen.second.size === 1 && [...seen.first].every((id) => !seen.second.has(id));
      if (!isOwn) throw pooled(address);
    }),
  );
}

/** The process of the server that works for a session: the same one as long as the session lasts. */
export async function processOf(session: ClientBase): Promise<number> {
  return Number((await session.query('SELECT pg_backend_pid() AS pid')).rows[0]?.pid);
}

function pooled(address: string): ImgpipeError {
  return new ImgpipeError(
    'config_invalid',
    `catalog: at ${address} a connection pooler shares the server's connections between transactions (PgBouncer: pool_mode = transaction), which loses the locks of a session: give the address of the server itself, or of a pool in session mode`,
  );
}
