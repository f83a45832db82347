import type { Admin } from 'kafkajs';
import { TOPICS } from '../../domain/messages.ts';
import type { EventBus, OpenBusOptions } from '../../ports/event-bus.ts';
import { createAdminClient } from './admin/admin-client.ts';
import { createTopics } from './admin/topics.ts';
import { createKafkaBus } from './event-bus.ts';
import type { KafkaOptions } from './options.ts';

/** Connects to a cluster and opens the bus on it. The bus id is the cluster id with the prefix, by which a catalog recognizes its bus. */
export async function openKafkaBus(options: KafkaOptions, { create, withinMs }: OpenBusOptions): Promise<EventBus> {
  // One try for each configured broker; the caller retries.
  const client = createAdminClient(options, options.hosts.length);
  try {
    const clusterId = await client.call((admin) => prepare(admin, options, create), withinMs);
    return createKafkaBus(options, `kafka:${clusterId}${options.prefix && `/${options.prefix}`}`);
  } finally {
    await client.close();
  }
}

async function prepare(admin: Admin, options: KafkaOptions, create: boolean): Promise<string> {
  const { clusterId } = await admin.describeCluster();
  if (create) {
    const names = Object.values(TOPICS).map((topic) => options.prefix + topic);
    await createTopics(admin, names, options);
  }
  return clusterId;
}
