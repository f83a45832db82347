import { ImgpipeError } from '../domain/errors.ts';
import type { Observer } from '../domain/reports.ts';
import type { AuditCatalog, Counts } from '../ports/catalog/audit.ts';
import type { Catalog } from '../ports/catalog/catalog.ts';
import type { PipelineIdentity } from '../ports/catalog/pipeline.ts';
import type { EventBus } from '../ports/event-bus.ts';
import { refuseOtherPipelines } from './other-pipelines.ts';

/** How a catalog identifies a bus. */
type KnownBus = Pick<EventBus, 'id' | 'address' | 'nameOf'>;
type BoundBus = Pick<PipelineIdentity, 'busId' | 'busAddress'>;

export interface BindParts extends Pick<Observer, 'onReport'> {
  readonly catalog: Pick<Catalog, 'identity' | 'setBus'> & Pick<AuditCatalog, 'counts'>;
  /** That of the pipeline's lock, if this process holds it exclusively. */
  readonly token?: string | undefined;
}

/**
 * Makes a bus the pipeline's. What is open and was published on the bus before will be published on this one. Another
 * cluster at the address of the one before is taken over, and reported. Throws `bus_differs`, naming both, for any other
 * bus while something is open, unless `rebind`.
 */
export async function bindBus(
  { catalog, token, onReport }: BindParts,
  bus: KnownBus,
  { rebind = false }: { readonly rebind?: boolean } = {},
): Promise<void> {
  const before = await catalog.identity();
  const address = fullAddress(bus);
  if (before.busId === bus.id && before.busAddress === address) return;
  const isOther = before.busId !== null && before.busId !== bus.id;
  if (isOther && !rebind) checkBus(before, bus, await catalog.counts());
  await catalog.setBus({ id: bus.id, address }, before.busId, token);
  if (isOther) onReport?.({ kind: 'bus_changed', address, id: bus.id, before: before.busId });
}

/**
 * A check that stages make while they run: renews the bus, and takes over another cluster at its address. Throws
 * `bus_differs` if the pipeline was bound to another bus by another process.
 */
export function createBusCheck(
  parts: BindParts,
  bus: KnownBus & Pick<EventBus, 'renew' | 'newest'>,
): () => Promise<void> {
  return async () => {
    const opened = bus.id;
    await bus.renew();
    const identity = await parts.catalog.identity();
    const { busId } = identity;
    if (busId === bus.id) return;
    if (opened !== bus.id) {
      await refuseOtherPipelines(bus, identity);
      return bindBus(parts, bus);
    }
    throw new ImgpipeError(
      'bus_differs',
      `broker: this pipeline has been bound to ${busId}, so ${busName(bus)} is not its bus any more: start this stage with --broker and --topic-prefix as there`,
    );
  };
}

/** Throws `bus_differs` if the catalog is bound to another bus. For commands that need existing messages. */
export async function requireBus(catalog: Pick<Catalog, 'identity'>, bus: KnownBus): Promise<void> {
  const bound = await catalog.identity();
  if (bound.busId === null || bound.busId === bus.id || bound.busAddress === fullAddress(bus)) return;
  throw new ImgpipeError(
    'bus_differs',
    `broker: this pipeline's messages are on ${bound.busId}, not on ${busName(bus)}: give --broker and --topic-prefix as before`,
  );
}

/** The id of a bus with its address, for messages. */
export function busName({ id, address }: Pick<KnownBus, 'id' | 'address'>): string {
  return id === address ? id : `${id} (${address})`;
}

/** Throws `bus_differs` if images or events wait on another bus at another address. */
export function checkBus(
  { busId, busAddress }: BoundBus,
  bus: KnownBus,
  { openImages, openEvents }: Pick<Counts, 'openImages' | 'openEvents'>,
): void {
  const open = openImages + openEvents;
  if (busId === null || busId === bus.id || busAddress === fullAddress(bus) || open === 0) return;
  throw new ImgpipeError(
    'bus_differs',
    `broker: this pipeline's messages are on ${busId}, not on ${busName(bus)}, and ${open} still wait there: give --broker and --topic-prefix as before and finish them, or start a stage with --rebind, which publishes them on this broker and forgets the other one`,
  );
}

/** An address with the prefix of the topics: two pipelines may share a cluster. */
export function fullAddress({ address, nameOf }: Pick<KnownBus, 'address' | 'nameOf'>): string {
  const prefix = nameOf('');
  return prefix === '' ? address : `${address}/${prefix}`;
}
