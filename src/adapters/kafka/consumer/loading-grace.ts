import { hasType } from '../errors.ts';

/** How long a coordinator may load its groups before that is an error. */
const MAX_LOADING_MS = 5000;

/**
 * Returns a function that is true for GROUP_LOAD_IN_PROGRESS, for five seconds from the first one: a new coordinator
 * still loads the committed offsets, and the consumer tries again. kafkajs can join such a group, then fails on its offsets.
 */
export function createLoadingGrace(): (error: unknown) => boolean {
  let first = Number.NEGATIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  return (error) => {
    if (!hasType(error, 'GROUP_LOAD_IN_PROGRESS')) return false;
    const now = performance.now();
    if (now - last > MAX_LOADING_MS) first = now;
    last = now;
    return now - first <= MAX_LOADING_MS;
  };
}
