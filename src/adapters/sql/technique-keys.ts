import { techniqueAmong, techniqueName } from '../../domain/technique-id.ts';
import { all, type Row, type Work } from './work.ts';

/**
 * The key of a technique, by which its rows are found whatever the version: the id of the version that was the first of
 * its name. Which version judged stands beside it.
 */
export function* keyOf(technique: string): Work<string> {
  const name = techniqueName(technique);
  for (const table of ['technique', 'outcome_total']) {
    const rows = yield* all(
      `SELECT DISTINCT technique FROM ${table} WHERE technique >= ? AND technique < ?`,
      `${name}@`,
      // The character after '@'.
      `${name}A`,
    );
    const known = techniqueAmong(
      rows.map((row) => String(row['technique'])),
      technique,
    );
    if (known !== undefined) return known;
  }
  return technique;
}

/** The key, or null for that of no technique. */
export function* keyOrNull(technique: string | null): Work<string | null> {
  return technique === null ? null : yield* keyOf(technique);
}

/** What is stored of the version that judged: nothing if it is the key's own. */
export function judgedBy(key: string | null, technique: string | null): string | null {
  return technique === key ? null : technique;
}

/** The version in force in a row of the table of techniques. */
export function inForce(row: Row): string {
  return String(row['in_force'] ?? row['technique']);
}
