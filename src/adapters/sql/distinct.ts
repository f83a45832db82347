/** The items by their keys, in their order; of several with the same key, the first. */
export function distinct<K, T>(items: readonly T[], keyOf: (item: T) => K): Map<K, T> {
  const found = new Map<K, T>();
  for (const item of items) {
    const key = keyOf(item);
    if (!found.has(key)) found.set(key, item);
  }
  return found;
}
