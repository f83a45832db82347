import { ImgpipeError } from '../domain/errors.ts';
import type { AuditCatalog, Counts } from '../ports/catalog/audit.ts';
import type { Catalog } from '../ports/catalog/catalog.ts';

/** What of a bus a catalog keeps. */
interface KnownBus {
  readonly id: string;
  readonly address: string;
}

/**
 * A catalog knows its bus. Another one is refused with `bus_differs`, naming both, unless nothing waits: then the
 * pipeline moves to it.
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

/** For what works with messages that there are: throws `bus_differs` where the pipeline's bus is another one. */
export async function requireBus(catalog: Pick<Catalog, 'identity'>, bus: KnownBus): Promise<void> {
  const { busId } = await catalog.identity();
  if (busId === null || busId === bus.id) return;
  throw new ImgpipeError(
    'bus_differs',
    `broker: this pipeline's messages are on ${busId}, not on ${busName(bus)}: give --broker and --topic-prefix as before`,
  );
}

/** A bus as people and catalogs know it. */
export function busName({ id, address }: KnownBus): string {
  return id === address ? id : `${id} (${address})`;
}

/** Throws `bus_differs` where something waits on another bus than this. */
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
