import type { DeadLetterHead } from '../domain/records.ts';
import type { DeadLetterCatalog } from '../ports/catalog/dead-letters.ts';
import { deadLetterHeads, findDeadLetters } from './dead-letters.ts';

/** The result of dropping a dead letter. */
export interface Dropped {
  readonly letter: DeadLetterHead;
  /** `was_dropped`: it was dropped before. `waits`: it was replayed and has not been handled yet; it stays as it is. */
  readonly how: 'dropped' | 'was_dropped' | 'waits';
}

/** How many dead letters are dropped in one transaction. */
const PAGE = 256;

/**
 * Drops dead letters: they are settled for good, and neither listed nor replayed any more. Throws `not_found` if an id
 * does not exist, before it drops any.
 */
export async function drop(
  catalog: Pick<DeadLetterCatalog, 'deadLetters' | 'deadLetterRange' | 'deadLetterHeads' | 'dropDeadLetters'>,
  ids: readonly number[] | 'all',
): Promise<Dropped[]> {
  const heads: DeadLetterHead[] = [];
  if (ids === 'all') for await (const head of deadLetterHeads(catalog)) heads.push(head);
  else heads.push(...(await findDeadLetters(catalog, [...new Set(ids)])));
  const dropped = heads.sort((a, b) => a.id - b.id).map((letter): Dropped => ({ letter, how: howOf(letter) }));
  const now = dropped.flatMap(({ letter, how }) => (how === 'dropped' ? [letter.id] : []));
  const at = new Date().toISOString();
  for (let first = 0; first < now.length; first += PAGE)
    await catalog.dropDeadLetters(now.slice(first, first + PAGE), at);
  return dropped;
}

function howOf({ droppedAt, replayedAt }: DeadLetterHead): Dropped['how'] {
  if (droppedAt !== null) return 'was_dropped';
  return replayedAt === null ? 'dropped' : 'waits';
}
