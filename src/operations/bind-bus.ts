import { ImgpipeError } from '../domain/errors.ts';
import type { AuditCatalog, Counts } from '../ports/catalog/audit.ts';
import type { Catalog } from '../ports/catalog/catalog.ts';

/** How a catalog identifies a bus. */
interface KnownBus {
  readonly id: string;
  readonly address: string;
}

/**
 * Binds the catalog to a bus. Throws `bus_differs`, naming both, if messages wait on another bus; otherwise the pipeline
 * moves to the new one.
 */
export async function bindBus(
  catalog: Pick<Catalog, 'identity' | 'setBus'> & Pick<AuditCatalog, 'counts'>,
  bus: KnownBus,
): Promise<void> {
  const { busId } = await catalog.identity();
  if (busId === bus.id) return;
  checkBus(busId, bus, await catalog.counts());
  await catalog.setBus(bus.id);
}

/** Throws `bus_differs` if the catalog is bound to another bus. For commands that need existing messages. */
export async function requireBus(catalog: Pick<Catalog, 'identity'>, bus: KnownBus): Promise<void> {
  const { busId } = await catalog.identity();
  if (busId === null || busId === bus.id) return;
  throw new ImgpipeError(
    'bus_differs',
    `broker: this pipeline's messages are on ${busId}, not on ${busName(bus)}: give --broker and --topic-prefix as before`,
  );
}

/** The id of a bus with its address, for messages. */
export function busName({ id, address }: KnownBus): string {
  return id === address ? id : `${id} (${address})`;
}

/** Throws `bus_differs` if images or events wait on another bus. */
export function checkBus(
  busId: string | null,
  bus: KnownBus,
  { openImages, openEvents }: Pick<Counts, 'openImages' | 'openEvents'>,
): void {
  const open = openImages + openEvents;
  if (busId === null || busId === bus.id || open === 0) return;
  throw new ImgpipeError(
    'bus_differs',
    `broker: this pipeline's messages are on ${busId}, not on ${busName(bus)}, and ${open} still wait there: give --broker and --topic-prefix as before and finish them, or start over with 'imgpipe clean'`,
  );
}
