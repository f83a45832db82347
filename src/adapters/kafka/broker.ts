import type { Admin } from 'kafkajs';
import { TOPICS } from '../../domain/messages.ts';
import type { EventBus, OpenBusOptions } from '../../ports/event-bus.ts';
import { createAdminLine } from './admin/admin-client.ts';
import { makeTopics } from './admin/topics.ts';
import { createKafkaBus } from './event-bus.ts';
import type { KafkaOptions } from './options.ts';

/** The bus on a Kafka cluster that answers in time. It is known by the cluster's id and the prefix, so that a catalog knows it again. */
export async function openKafkaBus(options: KafkaOptions, { create, withinMs }: OpenBusOptions): Promise<EventBus> {
  // Each broker of the list gets its try; whoever called may try again.
  const line = createAdminLine(options, options.hosts.length);
  try {
    const clusterId = await line.ask((admin) => reach(admin, options, create), withinMs);
    return createKafkaBus(options, `kafka:${clusterId}${options.prefix && `/${options.prefix}`}`);
  } finally {
    await line.close();
  }
}

async function reach(admin: Admin, options: KafkaOptions, create: boolean): Promise<string> {
  const { clusterId } = await admin.describeCluster();
  if (create) {
    const names = Object.values(TOPICS).map((topic) => options.prefix + topic);
    await makeTopics(admin, names, options);
  }
  return clusterId;
}
