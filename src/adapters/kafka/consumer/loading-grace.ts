import { isAnswer } from '../errors.ts';

/** So long a coordinator may load what its groups have committed, before that is told. */
const MAX_MS = 5000;

/**
 * True for the answer of a coordinator that has just come and loads what its groups have committed: it is asked again in
 * a moment, for a while. kafkajs lets a group be joined meanwhile and then fails at the offsets.
 */
export function watchLoading(): (error: unknown) => boolean {
  let first = Number.NEGATIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  return (error) => {
    if (!isAnswer(error, 'GROUP_LOAD_IN_PROGRESS')) return false;
    const now = performance.now();
    if (now - last > MAX_MS) first = now;
    last = now;
    return now - first <= MAX_MS;
  };
}
