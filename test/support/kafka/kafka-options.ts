import type { KafkaOptions } from '../../../src/adapters/kafka/options.ts';
import { kafkaHosts } from '../../../src/config/broker-address.ts';

/** Adapter options for tests. Each test needs its own prefix. */
export function kafkaOptions(
  address: string,
  over: Partial<KafkaOptions> & Pick<KafkaOptions, 'prefix'>,
): KafkaOptions {
  return {
    hosts: kafkaHosts(address) ?? [],
    partitions: 6,
    replication: 1,
    retention: 'forever',
    clientId: 'imgpipe-test',
    connectTimeout: 3000,
    requestTimeout: 10_000,
    brokerTimeout: 10_000,
    sessionTimeout: 6000,
    ...over,
  };
}
