import { techniqueAmong } from '../../domain/technique-id.ts';

/** Maps of techniques by their keys. */
interface TechniqueTables {
  readonly thresholds: ReadonlyMap<string, unknown>;
  readonly outcomeCounts: ReadonlyMap<string, unknown>;
}

/**
 * The key of a technique, by which its rows are found whatever the version: the id of the version that was the first of
 * its name.
 */
export function keyOf({ thresholds, outcomeCounts }: TechniqueTables, technique: string): string {
  return techniqueAmong(thresholds.keys(), technique) ?? techniqueAmong(outcomeCounts.keys(), technique) ?? technique;
}
