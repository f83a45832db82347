/** The same items, the next of them being fetched while the one before is in hand: one is held ready, no more. */
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
  // What goes wrong is told when it is awaited, and not at all where nobody asks for it any more.
  next.catch(() => {});
  return next;
}
