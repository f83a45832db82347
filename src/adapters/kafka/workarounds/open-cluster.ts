import type { Kafka } from 'kafkajs';
import type { Cluster } from 'kafkajs/src/cluster/index.js';

const CREATE_CLUSTER = 'private:Kafka:createCluster';

/**
 * Lack of kafkajs 2.2.4: it reads messages only as a member of a consumer group, which needs a permission and takes
 * seconds. This returns the connections beneath, by which brokers can be asked directly; they are not open yet.
 * `onEvent` is called when a request is sent and when its response arrives.
 */
export function clusterOf(kafka: Kafka, onEvent: () => void): Cluster {
  const symbol = Object.getOwnPropertySymbols(kafka).find(({ description }) => description === CREATE_CLUSTER);
  if (symbol === undefined) throw new Error(`this version of kafkajs has no ${CREATE_CLUSTER}`);
  const create = (kafka as unknown as Record<symbol, (options: object) => Cluster>)[symbol];
  if (create === undefined) throw new Error(`this version of kafkajs has no ${CREATE_CLUSTER}`);
  return create({ metadataMaxAge: 300_000, allowAutoTopicCreation: false, instrumentationEmitter: { emit: onEvent } });
}
