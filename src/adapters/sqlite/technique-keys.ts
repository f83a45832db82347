import { techniqueAmong, techniqueName } from '../../domain/technique-id.ts';
import type { Database, Row } from './database.ts';

type Reader = Pick<Database, 'all'>;

/**
 * The key of a technique, by which its rows are found whatever the version: the id of the version that was the first of
 * its name. Which version judged stands beside it.
 */
export function keyOf(db: Reader, technique: string): string {
  const name = techniqueName(technique);
  const known = (table: string) =>
    db
      .all(
        `SELECT DISTINCT technique FROM ${table} WHERE technique >= ? AND technique < ?`,
        `${name}@`,
        // The character after '@'.
        `${name}A`,
      )
      .map((row) => String(row['technique']));
  return (
    techniqueAmong(known('technique'), technique) ?? techniqueAmong(known('outcome_total'), technique) ?? technique
  );
}

/** The key, or null for that of no technique. */
export function keyOrNull(db: Reader, technique: string | null): string | null {
  return technique === null ? null : keyOf(db, technique);
}

/** What is stored of the version that judged: nothing if it is the key's own. */
export function judgedBy(key: string | null, technique: string | null): string | null {
  return technique === key ? null : technique;
}

/** The version in force in a row of the table of techniques. */
export function inForce(row: Row): string {
  return String(row['in_force'] ?? row['technique']);
}
