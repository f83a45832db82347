import type { OpenImage } from '../../ports/catalog/audit.ts';

/** How many images or events are published again in one round, for each stream. */
export const MAX_PER_ROUND = 1000;
/** From this many publications without a result on, the next one is put off. */
export const FREE_PUBLICATIONS = 3;
const FIRST_PAUSE_MS = 10_000;
const MAX_PAUSE_MS = 600_000;

/**
 * Whether something that is open may be published again: after three times only with growing pauses, up to ten minutes.
 * `now` is the time at the catalog.
 */
export function isDue(
  { publications, publishedAt }: Pick<OpenImage, 'publications' | 'publishedAt'>,
  now: string,
): boolean {
  if (publications < FREE_PUBLICATIONS || publishedAt === null) return true;
  const pause = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (publications - FREE_PUBLICATIONS));
  return Date.parse(now) - Date.parse(publishedAt) >= pause;
}
