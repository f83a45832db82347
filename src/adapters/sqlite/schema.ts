import { COUNTED_TABLES, TABLES } from '../sql/tables.ts';
import { type Trigger, triggersOf } from '../sql/triggers.ts';
import { NOW } from './now.ts';

/** The catalog's version, kept in `PRAGMA user_version`. */
export const SCHEMA_VERSION = 7;

/** Marks the file as a catalog of imgpipe, in `PRAGMA application_id`: "imgp". */
export const APPLICATION_ID = 0x696d6770;

/** The tables that are derived from the rows, with the triggers that update them. */
export const COUNTED = COUNTED_TABLES + triggersOf(NOW).map(triggerSql).join('');

function triggerSql({ name, after, when, statements }: Trigger): string {
  const condition = when === undefined ? '' : ` WHEN ${when}`;
  return `CREATE TRIGGER ${name} AFTER ${after}${condition} BEGIN ${statements.map((each) => `${each};`).join('')} END;\n`;
}

/** The catalog and the embedded bus. */
export const SCHEMA = `${TABLES}
CREATE TABLE bus_topic (
  topic TEXT PRIMARY KEY,
  next_offset INTEGER NOT NULL
) STRICT;

CREATE TABLE bus_message (
  topic TEXT NOT NULL,
  "offset" INTEGER NOT NULL,
  key TEXT NOT NULL,
  headers TEXT NOT NULL,
  value TEXT NOT NULL,
  bytes BLOB,
  PRIMARY KEY (topic, "offset")
) STRICT, WITHOUT ROWID;

CREATE TABLE bus_committed (
  topic TEXT NOT NULL,
  consumer_group TEXT NOT NULL,
  next_offset INTEGER NOT NULL,
  PRIMARY KEY (topic, consumer_group)
) STRICT, WITHOUT ROWID;
${COUNTED}`;
