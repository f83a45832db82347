import type { Admin } from 'kafkajs';
import { TOPICS } from '../../domain/messages.ts';
import { createTopics } from './admin/topics.ts';
import type { KafkaOptions } from './options.ts';

/**
 * Creates missing topics, if that is wanted. Resolves with the id of the bus: the cluster's id with the prefix, by which a
 * catalog recognizes its bus.
 */
export async function prepareCluster(
  admin: Admin,
  options: KafkaOptions,
  { create }: { readonly create: boolean },
): Promise<string> {
  const { clusterId } = await admin.describeCluster();
  if (create) {
    const names = Object.values(TOPICS).map((topic) => options.prefix + topic);
    await createTopics(admin, names, options);
  }
  return `kafka:${clusterId}${options.prefix && `/${options.prefix}`}`;
}
