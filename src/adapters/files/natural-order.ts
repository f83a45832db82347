const collator = new Intl.Collator('en', { numeric: true });

/** Compares names with their numbers as numbers: 9 before 10. Names that are equal in that order are compared by code units. */
export function naturalOrder(a: string, b: string): number {
  return collator.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
}
