import { ImgpipeError } from '../domain/errors.ts';
import type { DeadLetterHead, DeadLetterRecord } from '../domain/records.ts';
import type { DeadLetterCatalog } from '../ports/catalog/dead-letters.ts';

/** How many letters are read together. */
const PAGE = 256;

/** The heads of all dead letters, the newest first. */
export async function* deadLetterHeads(
  catalog: Pick<DeadLetterCatalog, 'deadLetterHeads'>,
): AsyncGenerator<DeadLetterHead> {
  let last: number | undefined;
  for (;;) {
    const page = await catalog.deadLetterHeads(last, PAGE);
    last = page.at(-1)?.id;
    if (last === undefined) return;
    yield* page;
  }
}

/** A dead letter with its message. Throws `not_found`, with what there is. */
export async function findDeadLetter(
  catalog: Pick<DeadLetterCatalog, 'deadLetters' | 'deadLetterRange'>,
  id: number,
): Promise<DeadLetterRecord> {
  const [letter] = await catalog.deadLetters([id]);
  if (letter !== undefined) return letter;
  const range = await catalog.deadLetterRange();
  const what =
    range === undefined ? 'there are none' : `there are ${range.count}, from ${range.first} to ${range.last}`;
  throw new ImgpipeError('not_found', `there is no dead letter ${id}: ${what}`);
}
