/** A technique's id is its name and its version: `l2@2`. A newer version takes over under its name. */

/** The name of a technique, `l2`, from its id. */
export function techniqueName(technique: string): string {
  const [name] = technique.split('@');
  return name ?? technique;
}

/** The one with the higher version of two ids of one technique. */
export function newerVersion(one: string, other: string): string {
  return versionOf(other) > versionOf(one) ? other : one;
}

/**
 * The one of several ids that a technique goes by: its own, or else the newest of its name; undefined if there is none
 * of its name, and for a name alone, which is no id.
 */
export function techniqueAmong(ids: Iterable<string>, technique: string): string | undefined {
  if (!technique.includes('@')) return undefined;
  const ofName = [...ids].filter((id) => techniqueName(id) === techniqueName(technique));
  if (ofName.includes(technique)) return technique;
  return ofName.length === 0 ? undefined : ofName.reduce(newerVersion);
}

function versionOf(technique: string): number {
  return Number(technique.split('@')[1] ?? 0);
}
