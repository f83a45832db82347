import { ImgpipeError } from '../domain/errors.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { EventBus } from '../ports/event-bus.ts';

/**
 * A catalog knows its bus. Another one is refused with `bus_differs`, naming both, unless nothing waits: then the
 * pipeline moves to it.
 */
export async function bindBus(catalog: Catalog, bus: EventBus, defaultTechnique: string): Promise<void> {
  const { busId } = await catalog.identity();
  if (busId === bus.id) return;
  if (busId !== null) {
    const { openImages, openEvents } = await catalog.audit(defaultTechnique);
    const open = openImages.length + openEvents.length;
    if (open > 0) {
      throw new ImgpipeError(
        'bus_differs',
        `broker: this pipeline's messages are on ${busId}, not on ${bus.id}, and ${open} still wait there: finish them on that one, or start over with 'imgpipe clean'`,
      );
    }
  }
  await catalog.setBus(bus.id);
}
