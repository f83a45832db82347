import type { Value } from './work.ts';

/** Conditions of a query with their values; one without a value is left out. */
export type Conditions = readonly (readonly [condition: string, value: Value | readonly Value[] | undefined])[];

/** The conditions as SQL, each after an `AND`, with their values in order. */
export function where(all: Conditions): { readonly sql: string; readonly values: readonly Value[] } {
  const given = all.flatMap(([sql, value]) => (value === undefined ? [] : [{ sql: `AND ${sql}`, value }]));
  return { sql: given.map(({ sql }) => sql).join(' '), values: given.flatMap(({ value }) => value as Value | Value[]) };
}
