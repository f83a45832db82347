import { Kafka, type KafkaConfig, logLevel, type RetryOptions, type SASLOptions } from 'kafkajs';
import type { KafkaOptions } from './options.ts';

/** kafkajs tries so often by itself; after that the failure is told, and whoever called begins anew. */
export const RETRY: RetryOptions = {
  initialRetryTime: 100,
  maxRetryTime: 2000,
  factor: 0.2,
  multiplier: 2,
  retries: 5,
  // A consumer that has crashed is made anew by us.
  restartOnFailure: async () => false,
};

/** A client of the cluster; it has not connected yet. Consumers and producers each have their own: kafkajs shares offsets below one. */
export function createClient(options: KafkaOptions, retries = RETRY.retries ?? 0): Kafka {
  const { hosts, clientId, connectTimeout, requestTimeout, tls, sasl } = options;
  const config: KafkaConfig = {
    brokers: [...hosts],
    clientId,
    connectionTimeout: connectTimeout,
    authenticationTimeout: requestTimeout,
    requestTimeout,
    enforceRequestTimeout: true,
    retry: { ...RETRY, retries },
    // What heals by itself is no news, and what does not comes as an error.
    logLevel: logLevel.NOTHING,
    logCreator: () => () => {},
  };
  if (tls !== undefined) {
    config.ssl = {
      ...(tls.ca !== undefined && { ca: [tls.ca] }),
      ...(tls.cert !== undefined && { cert: tls.cert }),
      ...(tls.key !== undefined && { key: tls.key }),
    };
  }
  if (sasl !== undefined) config.sasl = { ...sasl } as SASLOptions;
  return new Kafka(config);
}
