import type { EventBus, OpenBusOptions } from '../../ports/event-bus.ts';
import { createAdminClient } from './admin/admin-client.ts';
import { prepareCluster } from './cluster.ts';
import { createKafkaBus } from './event-bus.ts';
import type { KafkaOptions } from './options.ts';

/** Connects to a cluster and opens the bus on it. */
export async function openKafkaBus(options: KafkaOptions, { create, withinMs }: OpenBusOptions): Promise<EventBus> {
  // One try for each configured broker; the caller retries.
  const client = createAdminClient(options, options.hosts.length);
  try {
    const id = await client.call((admin) => prepareCluster(admin, options, { create }), withinMs);
    return createKafkaBus(options, id);
  } finally {
    await client.close();
  }
}
