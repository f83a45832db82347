import { ImgpipeError } from '../domain/errors.ts';
import type { DeadLetterHead, DeadLetterRecord } from '../domain/records.ts';
import type { DeadLetterCatalog } from '../ports/catalog/dead-letters.ts';

/** How many dead letters are read together. */
const PAGE = 256;

/** All dead letters without their messages, newest first; dropped ones only `withDropped`. */
export async function* deadLetterHeads(
  catalog: Pick<DeadLetterCatalog, 'deadLetterHeads'>,
  options = { withDropped: false },
): AsyncGenerator<DeadLetterHead> {
  let last: number | undefined;
  for (;;) {
    const page = await catalog.deadLetterHeads(last, PAGE, options);
    last = page.at(-1)?.id;
    if (last === undefined) return;
    yield* page;
  }
}

/** Dead letters with their messages. Throws `not_found` if one does not exist; the message says which do. */
export async function findDeadLetters(
  catalog: Pick<DeadLetterCatalog, 'deadLetters' | 'deadLetterRange'>,
  ids: readonly number[],
): Promise<DeadLetterRecord[]> {
  const letters = await catalog.deadLetters(ids);
  const found = letters.filter((letter) => letter !== undefined);
  if (found.length === ids.length) return found;
  const range = await catalog.deadLetterRange();
  const existing =
    range === undefined ? 'there are none' : `there are ${range.count}, from ${range.first} to ${range.last}`;
  const missing = ids.find((_, index) => letters[index] === undefined);
  throw new ImgpipeError('not_found', `dead letter ${missing} does not exist: ${existing}`);
}

/** A dead letter with its message. Throws `not_found`. */
export async function findDeadLetter(
  catalog: Pick<DeadLetterCatalog, 'deadLetters' | 'deadLetterRange'>,
  id: number,
): Promise<DeadLetterRecord> {
  const [letter] = await findDeadLetters(catalog, [id]);
  if (letter === undefined) throw new Error(`dead letter ${id} does not exist`);
  return letter;
}
