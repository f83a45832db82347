/** Yields the same items and fetches the next one while the caller works on the current one. Buffers one item. */
export async function* readAhead<T>(items: AsyncIterable<T>): AsyncGenerator<T> {
  const iterator = items[Symbol.asyncIterator]();
  let next = fetch(iterator);
  for (;;) {
    const result = await next;
    if (result.done === true) return;
    next = fetch(iterator);
    yield result.value;
  }
}

function fetch<T>(iterator: AsyncIterator<T>): Promise<IteratorResult<T>> {
  const next = iterator.next();
  // An error surfaces when the item is awaited. If nobody asks for the item, nobody needs the error.
  next.catch(() => {});
  return next;
}
