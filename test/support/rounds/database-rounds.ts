import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { type PostgresServer, SUPERUSER } from '../postgres/postgres-server.ts';
import { seeded } from '../random.ts';
import { startConsumersFirst } from './broker-rounds.ts';
import { checkEnd, drainAndCheck, type Stages, stopStage, waitForAlerts } from './running-stages.ts';
import type { Site } from './site.ts';
import { findLosses } from './site-checks.ts';

/** A round at a site whose catalog is on a server of its own. Resolves with the problems found. */
export type DatabaseRound = (site: Site, seed: number, server: PostgresServer) => Promise<string[]>;

/** Enough that the receiver still runs when something happens. */
const GENERATED = { count: 80, interval: '60ms' };
const ALERTS = 20;
const ALL = { default: GENERATED.count };

/** The server is stopped, or killed, in the middle of a run, and started again after a time. The stages go on by themselves. */
export function databaseOutage(outage: 'stop' | 'kill', forMs: number): DatabaseRound {
  return async (site, seed, server) => {
    const stages = await startConsumersFirst(site, GENERATED);
    await stages.alert.until(/alert 1/);
    await sleep(seeded(seed)() * 1000);
    await server[outage]();
    await sleep(forMs);
    await server.start();
    return finishChecked(site, stages);
  };
}

/** Sessions are ended at random, those of the locks among them. */
export function sessionsEnded(times: number): DatabaseRound {
  return async (site, seed, server) => {
    const random = seeded(seed);
    const stages = await startConsumersFirst(site, GENERATED);
    await stages.alert.until(/alert 1/);
    const client = new Client({ host: '127.0.0.1', port: server.port, user: SUPERUSER, database: 'postgres' });
    await client.connect();
    let ended = 0;
    const deadline = performance.now() + 60_000;
    while (ended < times && performance.now() < deadline) {
      const { rows } = await client.query(
        "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'imgpipe %' ORDER BY pid",
      );
      const pid = rows[Math.floor(random() * rows.length)]?.pid;
      if (pid !== undefined) await client.query('SELECT pg_terminate_backend($1)', [pid]);
      if (pid !== undefined) ended += 1;
      await sleep(random() * 60);
    }
    await client.end();
    return [...(ended < times ? [`only ${ended} sessions were ended`] : []), ...(await finishChecked(site, stages))];
  };
}

/** Waits for the end of a run of 80 images, looks for losses, stops the stages, drains the pipeline and checks it. */
export async function finishChecked(site: Site, stages: Stages): Promise<string[]> {
  const problems = [...(await checkEnd('receive', stages.receive)), ...(await waitForAlerts(site, ALERTS))];
  problems.push(...(await findLosses(site.data, site.bus)));
  for (const name of ['analyze', 'alert'] as const) problems.push(...(await stopStage(name, stages[name])));
  return [...problems, ...(await drainAndCheck(site, ALL))];
}
