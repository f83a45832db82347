import { imageName, type NewDeadLetter, type OutcomeRecord } from '../domain/records.ts';
import type { DeadLetterCatalog } from '../ports/catalog/dead-letters.ts';

/**
 * What becomes of the letters of images whose outcomes stood before: an image that has been handled after all needs its
 * letter no more. Those of dead images are handed back: whoever entered them may not have come to publish them.
 */
export async function resolveExistingDeadLetters(
  catalog: Pick<DeadLetterCatalog, 'deadLettersOf' | 'removeDeadLetters'>,
  technique: string,
  standing: readonly OutcomeRecord[],
): Promise<NewDeadLetter[]> {
  if (standing.length === 0) return [];
  const dead = new Set(standing.flatMap(({ image, kind }) => (kind === 'dead' ? [imageName(image)] : [])));
  const letters = await catalog.deadLettersOf(
    technique,
    standing.map(({ image }) => image),
  );
  const ofDead = letters.filter(({ image }) => image !== null && dead.has(imageName(image)));
  const handled = letters.filter((letter) => !ofDead.includes(letter));
  if (handled.length > 0) await catalog.removeDeadLetters(handled.map(({ id }) => id));
  return ofDead;
}
