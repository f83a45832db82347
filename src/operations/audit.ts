import type { OutcomeRecord } from '../domain/records.ts';
import { type ImageId, imageName } from '../domain/records.ts';
import type { CatalogPages } from '../ports/catalog/audit.ts';
import { auditEvents } from './audit-events.ts';
import type { AuditListener, AuditTotals } from './audit-report.ts';
import { createNumbering } from './numbering.ts';
import { peekable, type Rows, rowsOf } from './row-stream.ts';

/**
 * Reads all rows of one moment, each once and in order, and reports inconsistencies and what is open. Its
 * memory does not grow with the number of rows, but with the number of holes in them.
 */
export async function auditRows(
  pages: CatalogPages,
  defaultTechnique: string,
  listener: AuditListener,
): Promise<AuditTotals> {
  const images = await auditImages(pages, defaultTechnique, listener);
  const events = await auditEvents(pages, listener);
  return { ...images, ...events };
}

/** An image with a dead letter of the analyze stage. */
type DeadImage = ImageId & { readonly replayed: boolean };

/** The outcomes and the dead letters of a technique, as far as the images have been read. */
interface TechniqueRows {
  readonly technique: string;
  readonly isOwed: boolean;
  readonly outcomes: Rows<OutcomeRecord>;
  readonly letters: Rows<DeadImage>;
}

async function auditImages(
  pages: CatalogPages,
  defaultTechnique: string,
  listener: AuditListener,
): Promise<Pick<AuditTotals, 'images' | 'analyzed'>> {
  const found = await pages.techniques();
  // While no technique is in use, images wait for the default one.
  const isInUse = found.some(({ use }) => use !== 'none');
  const all = isInUse ? found : [...found, { technique: defaultTechnique, use: 'active' as const }];
  const techniques = unique(all).map(
    (each): TechniqueRows => ({
      technique: each.technique,
      isOwed: each.use === 'active',
      outcomes: peekable(
        rowsOf(
          (after, limit) => pages.outcomePage(each.technique, after, limit),
          ({ image }: OutcomeRecord) => image,
        ),
      ),
      letters: peekable(
        rowsOf(
          (after, limit) => pages.deadImagePage(each.technique, after, limit),
          (id: DeadImage) => id,
        ),
      ),
    }),
  );
  const numbering = createNumbering(await pages.streams(), listener.onFault);
  let images = 0;
  let analyzed = 0;
  for await (const image of rowsOf(
    (after, limit) => pages.imagePage(after, limit),
    (row: ImageId) => row,
  )) {
    numbering.add(image);
    if (image.state === 'ready') images += 1;
    let open = false;
    for (const rows of techniques) {
      await passOrphans(rows, image, listener);
      const outcome = await rows.outcomes.takeIf(({ image: id }) => compare(id, image) === 0);
      while ((await rows.letters.takeIf((id) => compare(id, image) < 0)) !== undefined);
      const letter = await rows.letters.takeIf((id) => compare(id, image) === 0);
      if (outcome !== undefined) checkOutcome(outcome, letter, numbering, listener);
      if (image.state === 'ready' && rows.isOwed && !isSettled(outcome, letter)) {
        open = true;
        listener.onOpenImage({ image: idOf(image), technique: rows.technique, position: image.position });
      }
    }
    if (image.state === 'ready' && !open) analyzed += 1;
  }
  numbering.end();
  for (const rows of techniques) await passOrphans(rows, undefined, listener);
  return { images, analyzed };
}

/** Outcomes before the next image, or all that are left, have no image. */
async function passOrphans(rows: TechniqueRows, next: ImageId | undefined, { onFault }: AuditListener): Promise<void> {
  for (;;) {
    const outcome = await rows.outcomes.takeIf(({ image }) => next === undefined || compare(image, next) < 0);
    if (outcome === undefined) return;
    onFault({ key: outcomeKey(outcome), what: 'its image has no row' });
  }
}

/** Whether the outcome stands, and its event, if any, is ready, or set aside by a dead letter that has not been replayed. */
function isSettled(outcome: OutcomeRecord | undefined, letter: DeadImage | undefined): boolean {
  if (outcome === undefined) return false;
  return outcome.event?.state !== 'pending' || letter?.replayed === false;
}

function checkOutcome(
  outcome: OutcomeRecord,
  letter: DeadImage | undefined,
  numbering: { isMissing(id: ImageId): boolean },
  { onFault }: AuditListener,
): void {
  const { image, kind, reference } = outcome;
  const fault = (what: string) => onFault({ key: outcomeKey(outcome), what });
  if (reference !== null && numbering.isMissing({ stream: image.stream, number: reference })) {
    fault('the image that it was compared with has no row');
  }
  if ((kind === 'changed' || kind === 'size_changed') && outcome.event === null) {
    fault('it is a change, but its event is missing');
  }
  if (kind === 'dead' && letter === undefined) fault('it is dead, but its dead letter is missing');
}

function outcomeKey({ technique, image }: OutcomeRecord): string {
  return `outcome ${technique} ${imageName(image)}`;
}

function unique<T extends { readonly technique: string }>(techniques: readonly T[]): T[] {
  return [...new Map([...techniques].map((each) => [each.technique, each])).values()];
}

function idOf({ stream, number }: ImageId): ImageId {
  return { stream, number };
}

/** By stream, as the catalog compares names (by code unit), then by number. */
function compare(a: ImageId, b: ImageId): number {
  if (a.stream !== b.stream) return a.stream < b.stream ? -1 : 1;
  return a.number - b.number;
}
