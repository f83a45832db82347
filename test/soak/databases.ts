import type { PostgresServer } from '../support/postgres/postgres-server.ts';
import { databaseOutage, sessionsEnded } from '../support/rounds/database-rounds.ts';
import type { Round } from '../support/rounds/fault-rounds.ts';

/** The rounds in which the catalog's server fails. */
export function databaseRounds(server: PostgresServer): Readonly<Record<string, Round>> {
  const rounds = {
    catalogRestarted: databaseOutage('stop', 500),
    catalogKilledForLong: databaseOutage('kill', 20_000),
    catalogSessionsEnded: sessionsEnded(100),
  };
  return Object.fromEntries(
    Object.entries(rounds).map(([name, round]) => [name, (site, seed) => round(site, seed, server)]),
  );
}
