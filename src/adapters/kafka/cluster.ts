import type { Admin } from 'kafkajs';
import { TOPICS } from '../../domain/messages.ts';
import { createTopics } from './admin/topics.ts';
import type { KafkaOptions } from './options.ts';

/**
 * Creates missing topics, if that is wanted. Resolves with the id of the bus (the cluster's id with the prefix, by which a
 * catalog recognizes its bus) and with the topics that existed.
 */
export async function prepareCluster(
  admin: Admin,
  options: KafkaOptions,
  { create }: { readonly create: boolean },
): Promise<{ readonly id: string; readonly existing: readonly string[] }> {
  const { clusterId } = await admin.describeCluster();
  const names = Object.values(TOPICS).map((topic) => options.prefix + topic);
  const existing = create ? await createTopics(admin, names, options) : [];
  return { id: `kafka:${clusterId}${options.prefix && `/${options.prefix}`}`, existing };
}
