/**
 * Runs work with something in the background that goes on until its signal aborts. If one of the two fails, the other is
 * stopped, and the error is thrown.
 */
export async function alongside<T>(
  signal: AbortSignal,
  background: (ended: AbortSignal) => Promise<void>,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const ended = new AbortController();
  const failed = new AbortController();
  const running = background(ended.signal).catch((error) => failed.abort(error));
  const [result] = await Promise.allSettled([
    work(AbortSignal.any([signal, failed.signal])).finally(() => ended.abort()),
  ]);
  await running;
  failed.signal.throwIfAborted();
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}
