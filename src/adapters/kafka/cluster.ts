import type { Admin } from 'kafkajs';
import { TOPICS } from '../../domain/messages.ts';
import type { KafkaOptions } from './options.ts';

/** The id of the bus, by which a catalog recognizes its bus: the cluster's id with the prefix. */
export async function readBusId(admin: Admin, { prefix }: Pick<KafkaOptions, 'prefix'>): Promise<string> {
  const { clusterId } = await admin.describeCluster();
  return `kafka:${clusterId}${prefix && `/${prefix}`}`;
}

/** The pipeline's topics, by their names on the broker. */
export function topicNames({ prefix }: Pick<KafkaOptions, 'prefix'>): string[] {
  return Object.values(TOPICS).map((topic) => prefix + topic);
}
