import { openDatabase } from '../../src/adapters/sqlite/database.ts';
import { catalogFile } from './open-sqlite.ts';

export interface ManyImages {
  readonly images: number;
  /** How many of them, the last ones of each stream, have no outcome; all of them are published. */
  readonly open: number;
  readonly streams: number;
}

/** Fills the empty catalog of a folder with images of equal content, each with an outcome of `l2@2`, except for the open ones. Writes no files. */
export async function fillImages(folder: string, { images, open, streams }: ManyImages): Promise<void> {
  const db = await openDatabase(catalogFile(folder), { create: true });
  const ofStream = Math.floor(images / streams);
  const openOfStream = Math.floor(open / streams);
  try {
    await db.write(() => {
      db.run("INSERT INTO technique (technique, threshold) VALUES ('l2@2', 0)");
      db.run("UPDATE pipeline SET bus_id = 'embedded'");
    });
    for (let stream = 0; stream < streams; stream += 1) {
      const name = `camera-${String(stream).padStart(4, '0')}`;
      await db.write(() => {
        db.run('INSERT INTO stream (stream, last_number) VALUES (?, ?)', name, ofStream);
        db.run(IMAGES, ofStream, name, stream * ofStream);
        db.run(OUTCOMES, name, ofStream - openOfStream);
        db.run(OWED, name, ofStream - openOfStream);
      });
    }
    await db.write(() => db.run(MESSAGES, images));
  } finally {
    db.close();
  }
}

const IMAGES = `
  WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < ?1)
  INSERT INTO image
  SELECT ?2, n, ?2 || '/' || n, 'jpg', 'generated', printf('%064x', 7), 60000,
    strftime('%FT%H:%M:%fZ', 1767225600 + n, 'unixepoch'), 'ready', NULL, NULL, NULL, NULL,
    'embedded', 'image_analysis', 0, ?3 + n, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL
  FROM counted`;

const OUTCOMES = `
  INSERT INTO outcome
  SELECT 'l2@2', stream, number, CASE number WHEN 1 THEN 'first' ELSE 'unchanged' END, 0,
    CASE WHEN number > 1 THEN 0 END, CASE WHEN number > 1 THEN number - 1 END, received_at, 'levels', NULL
  FROM image WHERE stream = ?1 AND number <= ?2`;

/** An image that is inserted as ready is owed to no technique. */
const OWED = `
  INSERT INTO owed (stream, number, technique, place_bus, place_partition, place_offset, publications, published_at)
  SELECT stream, number, 'l2@2', place_bus, place_partition, place_offset, 1, received_at
  FROM image WHERE stream = ?1 AND number > ?2`;

/** The end of the log is beyond all offsets. Committed offsets are not needed. */
const MESSAGES = "INSERT INTO bus_topic VALUES ('image_analysis', ? + 1)";
