/** Which alerts of the page as it is now are not shown yet: of those fetched, what is newer than all that is shown. */
export function arrived(shown: readonly number[], fetched: readonly number[]): number[] {
  const there = new Set(shown);
  return fetched.filter((number) => !there.has(number));
}

/** How many are new, in words: `1 new alert`, `2 new alerts`. */
export function arrivalWords(count: number): string {
  return `${count} new alert${count === 1 ? '' : 's'}`;
}
