/** How many rows a page has: small enough to block the event loop only for a few milliseconds. */
const PAGE = 200;

/** All rows of a paged query, one after the other; the next page begins after the `keyOf` of the last row. */
export async function* rowsOf<T, K>(
  page: (after: K | undefined, limit: number) => Promise<readonly T[]>,
  keyOf: (row: T) => K,
  size = PAGE,
): AsyncGenerator<T> {
  let after: K | undefined;
  for (;;) {
    const rows = await page(after, size);
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < size) return;
    after = keyOf(last);
  }
}

/** Rows in order, with a look-ahead of one row. */
export interface Rows<T> {
  /** Removes and returns the next row if it meets the condition; undefined if it does not, or at the end. */
  takeIf(condition: (row: T) => boolean): Promise<T | undefined>;
}

export function peekable<T>(rows: AsyncIterator<T>): Rows<T> {
  let next: IteratorResult<T> | undefined;
  return {
    async takeIf(condition) {
      next ??= await rows.next();
      if (next.done === true || !condition(next.value)) return undefined;
      const { value } = next;
      next = undefined;
      return value;
    },
  };
}
