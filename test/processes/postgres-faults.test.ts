import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sharedKafka } from '../support/kafka/shared-kafka.ts';
import { newCatalog } from '../support/postgres/databases.ts';
import { type PostgresServer, startPostgres } from '../support/postgres/postgres-server.ts';
import { sharedPostgres } from '../support/postgres/shared-postgres.ts';
import { type DatabaseRound, databaseOutage, sessionsEnded } from '../support/rounds/database-rounds.ts';
import { kafkaBus } from '../support/rounds/site.ts';
import { testSite } from '../support/rounds/test-site.ts';

const kafka = await sharedKafka();
const { whyNone } = await sharedPostgres();
const why = kafka.whyNone ?? whyNone;

describe.skipIf(why !== undefined)(`with the catalog on PostgreSQL${why ? ` (skipped: ${why})` : ''}`, () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.close());

  async function problemsOf(round: DatabaseRound): Promise<string[]> {
    const site = testSite({ ...kafkaBus(kafka.address ?? ''), IMGPIPE_CATALOG: await newCatalog(server) });
    return round(site, 7, server);
  }

  it('nothing is lost while the server is restarted', async () => {
    expect(await problemsOf(databaseOutage('stop', 500))).toEqual([]);
  });

  it('nothing is lost while the server is away for 20 s', async () => {
    expect(await problemsOf(databaseOutage('kill', 20_000))).toEqual([]);
  });

  it('nothing is lost while a hundred sessions are ended, those of the locks among them', async () => {
    expect(await problemsOf(sessionsEnded(100))).toEqual([]);
  });
});
