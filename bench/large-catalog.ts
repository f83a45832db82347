import { Client } from 'pg';
import { openDatabase } from '../src/adapters/sqlite/database.ts';
import { catalogFile } from '../test/support/open-sqlite.ts';
import type { connectionTo } from '../test/support/postgres/databases.ts';

/**
 * Images of ten streams, one each second in turn; of every ten of a stream the last has changed and has an alert. Besides,
 * a hundredth of the images is still open, and there are a thousand dead letters.
 */
const STREAMS = 10;
export const LAST_STREAM = 'camera-9';

interface Words {
  /** The numbers from 1 on, in a table `series (n)`, before a query. */
  readonly series: (count: number) => string;
  /** A time, by an expression for its second, as rows have it. */
  readonly time: (second: string) => string;
}

const SQLITE: Words = {
  series: (count) => `WITH RECURSIVE series (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < ${count})`,
  time: (second) => `strftime('%FT%H:%M:%fZ', 1767225600 + ${second}, 'unixepoch')`,
};

const POSTGRES: Words = {
  series: (count) => `WITH series AS (SELECT n FROM generate_series(1, ${count}) n)`,
  time: (second) => `to_char(to_timestamp(1767225600 + ${second}) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`,
};

function statements({ series, time }: Words, images: number): string[] {
  const [alerts, all] = [images / 10, images + images / 100];
  const stream = (n: string) => `'camera-' || ((${n} - 1) % ${STREAMS})`;
  const number = (n: string) => `(${n} - 1) / ${STREAMS} + 1`;
  const digest = `'${'7'.repeat(64)}'`;
  // The second at which the changed image of an event was received.
  const changedAt = `(((n - 1) / ${STREAMS} + 1) * 10 - 1) * ${STREAMS} + (n - 1) % ${STREAMS} + 1`;
  const kind = "CASE WHEN number = 1 THEN 'first' WHEN number % 10 = 0 THEN 'changed' ELSE 'unchanged' END";
  const measurement = 'CASE WHEN number % 10 = 0 THEN (number * 7919 % 100000) / 10.0 WHEN number > 1 THEN 0 END';
  return [
    "INSERT INTO technique (technique, threshold) VALUES ('l2@2', 0)",
    `${series(STREAMS)} INSERT INTO stream (stream, last_number, events) SELECT ${stream('n')}, ${all / STREAMS}, ${alerts / STREAMS} FROM series`,
    `${series(all)} INSERT INTO image (stream, number, receipt_id, format, origin, sha256, bytes, received_at, state, verdict,
       width, height, place_bus, place_topic, place_partition, place_offset)
     SELECT ${stream('n')}, ${number('n')}, 'receipt ' || n, 'jpg', 'generated', ${digest}, 60000, ${time('n')}, 'ready',
       'decodes', 350, 350, 'kafka', 'image_analysis', 0, n FROM series`,
    `INSERT INTO outcome (technique, stream, number, kind, threshold, measurement, reference, analyzed_at)
     SELECT 'l2@2', stream, number, ${kind}, 0, ${measurement}, CASE WHEN number > 1 THEN number - 1 END, received_at
     FROM image WHERE number <= ${images / STREAMS}`,
    'DELETE FROM owed',
    `INSERT INTO owed (stream, number, technique, place_bus, place_partition, place_offset, publications)
     SELECT stream, number, 'l2@2', place_bus, 0, place_offset, 1 FROM image WHERE number > ${images / STREAMS}`,
    'DELETE FROM outcome_total',
    `INSERT INTO outcome_total SELECT technique, threshold, threshold_unit, technique, kind, count(*) FROM outcome
     GROUP BY technique, threshold, threshold_unit, kind`,
    `${series(alerts)} INSERT INTO event (number, technique, stream, image, state, base, difference_sha256, listed_at)
     SELECT n, 'l2@2', ${stream('n')}, (${number('n')}) * 10, 'ready', '/data', ${digest}, ${time(changedAt)} FROM series`,
    `${series(alerts)} INSERT INTO alert (number, state, base, alerted_at, ready_order, stream, technique, measurement, listed_at)
     SELECT n, 'ready', '/data', ${time(changedAt)}, n, ${stream('n')}, 'l2@2',
       ((${number('n')}) * 10 * 7919 % 100000) / 10.0, ${time(changedAt)} FROM series`,
    `UPDATE stream SET events = ${alerts / STREAMS}`,
    `UPDATE pipeline SET last_event = ${alerts}`,
    `${series(1000)} INSERT INTO dead_letter (stage, reason, detail, attempts, at, place_bus, place_topic, place_partition, place_offset)
     SELECT 'analyze', 'bad_message', 'no JSON', 1, ${time('n')}, 'kafka', 'image_analysis', 0, n FROM series`,
  ];
}

/** Fills a new catalog of SQLite in a folder. `images` is a multiple of a thousand. */
export async function fillLargeSqlite(folder: string, images: number): Promise<void> {
  const db = await openDatabase(catalogFile(folder), { create: true });
  try {
    await db.write(() => {
      for (const sql of statements(SQLITE, images)) db.run(sql);
    });
  } finally {
    db.close();
  }
}

/** Fills a new catalog on PostgreSQL in the same way. */
export async function fillLargePostgres(
  { host, port, database, user }: ReturnType<typeof connectionTo>,
  images: number,
) {
  const client = new Client({ host, port, database, user });
  await client.connect();
  try {
    // Without the triggers: what they keep is filled here.
    await client.query('SET search_path = imgpipe; SET session_replication_role = replica');
    for (const sql of statements(POSTGRES, images)) await client.query(sql);
    await client.query('VACUUM ANALYZE');
  } finally {
    await client.end();
  }
}
