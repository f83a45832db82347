import { imageName, type NewDeadLetter, type OutcomeRecord } from '../../domain/records.ts';
import type { DeadLetterCatalog } from '../../ports/catalog/dead-letters.ts';

/**
 * Removes the dead letters of images that have been handled since. Returns those of images whose outcome is `dead`,
 * because their copies may not have been published yet.
 */
export async function resolveExistingDeadLetters(
  catalog: Pick<DeadLetterCatalog, 'deadLettersOf' | 'removeDeadLetters'>,
  technique: string,
  existing: readonly OutcomeRecord[],
): Promise<NewDeadLetter[]> {
  if (existing.length === 0) return [];
  const dead = new Set(existing.flatMap(({ image, kind }) => (kind === 'dead' ? [imageName(image)] : [])));
  const letters = await catalog.deadLettersOf(
    technique,
    existing.map(({ image }) => image),
  );
  const ofDead = letters.filter(({ image }) => image !== null && dead.has(imageName(image)));
  const handled = letters.filter((letter) => !ofDead.includes(letter));
  if (handled.length > 0) await catalog.removeDeadLetters(handled.map(({ id }) => id));
  return ofDead;
}
