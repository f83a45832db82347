import { openDatabase } from '../../src/adapters/sqlite/database.ts';
import { catalogFile } from './open-sqlite.ts';

/**
 * Fills the empty or new catalog of a folder with this many ready alerts, without files. In each of the streams east,
 * north, south and west the images 2, 4, 6, … have changed for both `changed@2` and `l2@2`. One image arrives each
 * second, in turn, and its two alerts 40 ms later. Measurements are spread evenly from 0 to 10,000. Every fiftieth event
 * is `size_changed` and has none.
 */
export async function fillAlerts(folder: string, count: number): Promise<void> {
  const db = await openDatabase(catalogFile(folder), { create: true });
  try {
    await db.write(() => {
      db.run('CREATE TEMP TABLE filled (number INTEGER PRIMARY KEY, technique, stream, image, kind, measurement, at)');
      db.run(EVENTS, count);
      for (const sql of ROWS) db.run(sql);
      db.run(
        "INSERT INTO event SELECT number, technique, stream, image, 'ready', ?, printf('%064x', number), 'embedded', 'image_event_alert', 0, number - 1, NULL, NULL, 1, strftime('%FT%H:%M:%fZ', at + 0.02, 'unixepoch') FROM filled",
        folder,
      );
      db.run(
        "INSERT INTO alert SELECT number, 'ready', ?, strftime('%FT%H:%M:%fZ', at + 0.04, 'unixepoch'), number, stream, technique, measurement, 1, strftime('%FT%H:%M:%fZ', at + 0.04, 'unixepoch') FROM filled",
        folder,
      );
      db.run('DROP TABLE filled');
    });
  } finally {
    db.close();
  }
}

const EVENTS = `
  WITH RECURSIVE counted (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM counted WHERE number < ?),
    paired AS (SELECT number, (number - 1) / 2 AS pair, number % 50 = 0 AS size_changed FROM counted)
  INSERT INTO filled
  SELECT number, CASE number % 2 WHEN 1 THEN 'changed@2' ELSE 'l2@2' END,
    CASE pair % 4 WHEN 0 THEN 'east' WHEN 1 THEN 'north' WHEN 2 THEN 'south' ELSE 'west' END,
    2 + 2 * (pair / 4),
    CASE WHEN size_changed THEN 'size_changed' ELSE 'changed' END,
    CASE WHEN NOT size_changed THEN number * 7919 % 100000 / 10.0 END,
    1767225600 + pair
  FROM paired`;

/** All other rows. The image before each changed one is `unchanged` or `first`, and half a second older. */
const ROWS = [
  "INSERT INTO technique (technique, threshold) VALUES ('changed@2', 0), ('l2@2', 0)",
  'INSERT INTO stream (stream, last_number) SELECT stream, max(image) FROM filled GROUP BY stream',
  `INSERT INTO image
     SELECT stream, image - before, stream || '/' || (image - before), 'jpg', 'generated', printf('%064x', image - before),
       60000, strftime('%FT%H:%M:%fZ', at - before / 2.0, 'unixepoch'), 'ready', 'decodes', 350, 350, NULL,
       'embedded', 'image_analysis', 0, row_number() OVER (ORDER BY at, before DESC) - 1, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL
     FROM (SELECT DISTINCT stream, image, at FROM filled), (SELECT 0 AS before UNION ALL SELECT 1)`,
  `INSERT INTO outcome
     SELECT technique, stream, image, kind, 0, measurement, image - 1, strftime('%FT%H:%M:%fZ', at + 0.02, 'unixepoch'), 'levels', NULL
     FROM filled`,
  `INSERT INTO outcome
     SELECT t.technique, i.stream, i.number, CASE i.number WHEN 1 THEN 'first' ELSE 'unchanged' END, 0,
       CASE WHEN i.number > 1 THEN 0 END, CASE WHEN i.number > 1 THEN i.number - 1 END, i.received_at, 'levels', NULL
     FROM technique t, image i WHERE NOT EXISTS (
       SELECT 1 FROM outcome o WHERE o.technique = t.technique AND o.stream = i.stream AND o.number = i.number)`,
  'UPDATE pipeline SET last_event = (SELECT max(number) FROM filled)',
  'INSERT INTO alert_delay SELECT 0.05, count(*), 40 * count(*) FROM filled',
];
