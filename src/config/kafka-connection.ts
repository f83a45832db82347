import { ImgpipeError } from '../domain/errors.ts';
import { kafkaHosts } from './broker-address.ts';
import { contentOf, firstLine } from './named-file.ts';
import type { Config } from './settings.ts';

/**
 * The connection options of the configured Kafka cluster, with the contents of the files that the settings name;
 * undefined for the embedded bus. Throws `config_invalid`.
 */
export function kafkaConnectionOf(config: Config) {
  const hosts = kafkaHosts(config.broker);
  if (hosts === undefined) return undefined;
  return {
    hosts,
    prefix: config.topicPrefix,
    partitions: config.kafkaPartitions,
    replication: config.kafkaReplication,
    retention: config.kafkaRetention,
    clientId: config.kafkaClientId,
    connectTimeout: config.kafkaConnectTimeout,
    requestTimeout: config.kafkaRequestTimeout,
    brokerTimeout: config.brokerTimeout,
    sessionTimeout: config.kafkaSessionTimeout,
    tls: tlsOf(config),
    sasl: saslOf(config),
  };
}

function tlsOf({ kafkaTls, kafkaTlsCa, kafkaTlsCert, kafkaTlsKey }: Config) {
  if (!kafkaTls) {
    const given = kafkaTlsCa || kafkaTlsCert || kafkaTlsKey;
    if (given) throw invalid(`kafka_tls: TLS is off, but ${given} is set: set kafka_tls to true`);
    return undefined;
  }
  if ((kafkaTlsCert === '') !== (kafkaTlsKey === '')) {
    throw invalid('kafka_tls_cert and kafka_tls_key: only one of them is set: set both, or neither');
  }
  return {
    ...(kafkaTlsCa && { ca: contentOf('kafka_tls_ca', kafkaTlsCa) }),
    ...(kafkaTlsCert && { cert: contentOf('kafka_tls_cert', kafkaTlsCert) }),
    ...(kafkaTlsKey && { key: contentOf('kafka_tls_key', kafkaTlsKey) }),
  };
}

function saslOf({ kafkaSasl, kafkaUsername, kafkaPassword, kafkaPasswordFile }: Config) {
  if (kafkaSasl === 'none') {
    if (kafkaUsername) throw invalid('kafka_sasl: it is none, but kafka_username is set: choose a SASL mechanism');
    return undefined;
  }
  const password = kafkaPasswordFile ? firstLine(contentOf('kafka_password_file', kafkaPasswordFile)) : kafkaPassword;
  if (!kafkaUsername)
    throw invalid(`kafka_username: kafka_sasl is ${kafkaSasl}, which needs a user: set kafka_username`);
  if (!password) {
    throw invalid(
      `kafka_password_file: kafka_sasl is ${kafkaSasl}, which needs a password: name a file that holds it, or set IMGPIPE_KAFKA_PASSWORD`,
    );
  }
  return { mechanism: kafkaSasl, username: kafkaUsername, password };
}

function invalid(message: string): ImgpipeError {
  return new ImgpipeError('config_invalid', message);
}
