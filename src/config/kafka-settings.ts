import { numberWithin, oneOf, text, timeFrom, yesOrNo } from './readers.ts';
import type { Setting } from './setting.ts';

/** The SASL mechanisms; `none` if the broker does not authenticate. */
const SASL = ['none', 'plain', 'scram-sha-256', 'scram-sha-512'] as const;

/** Kafka keeps messages without a time limit. */
const FOREVER = 'forever';
const RETENTION = /^(?:forever|(\d{1,7})h)$/;

/** The settings of the connection to Kafka. They have no flags: they describe an installation, not a task. */
export const KAFKA_SETTINGS = {
  brokerTimeout: {
    field: 'broker_timeout',
    help: 'how long the broker may be silent at the start and in status; a broker that answers slowly is waited for',
    fallback: 4000,
    ...timeFrom(100),
  },
  kafkaPartitions: {
    field: 'kafka_partitions',
    help: 'the number of partitions of a new topic: the maximum number of analyzers that work concurrently',
    fallback: 6,
    ...numberWithin({ min: 1, max: 10_000, integer: true }),
  },
  kafkaReplication: {
    field: 'kafka_replication',
    help: 'the replication factor of a new topic',
    fallback: 1,
    ...numberWithin({ min: 1, max: 100, integer: true }),
  },
  kafkaRetention: {
    field: 'kafka_retention',
    help: 'how long a new topic keeps its messages: forever, or hours such as 168h',
    takes: 'text',
    pattern: RETENTION,
    fallback: FOREVER,
    read: retention,
  },
  kafkaClientId: {
    field: 'kafka_client_id',
    help: "the client id in the broker's logs and quotas",
    takes: 'text',
    fallback: 'imgpipe',
    read: (value: unknown) => text(value, 'a name'),
  },
  kafkaConnectTimeout: {
    field: 'kafka_connect_timeout',
    help: 'the connection timeout',
    fallback: 3000,
    ...timeFrom(100),
  },
  kafkaRequestTimeout: {
    field: 'kafka_request_timeout',
    help: 'the request timeout',
    fallback: 15_000,
    ...timeFrom(1000),
  },
  kafkaSessionTimeout: {
    field: 'kafka_session_timeout',
    help: 'how long a consumer may go without a heartbeat before its group removes it',
    fallback: 10_000,
    ...timeFrom(500),
  },
  kafkaTls: {
    field: 'kafka_tls',
    help: 'connect to the broker with TLS',
    takes: 'boolean',
    fallback: false,
    read: yesOrNo,
  },
  kafkaTlsCa: file(
    'kafka_tls_ca',
    'a PEM file of the certificate authorities to trust, instead of the well-known ones',
  ),
  kafkaTlsCert: file('kafka_tls_cert', 'a PEM file of the client certificate'),
  kafkaTlsKey: file('kafka_tls_key', 'a PEM file of the key of the client certificate'),
  kafkaSasl: {
    field: 'kafka_sasl',
    help: `the SASL mechanism: ${SASL.join(', ')}`,
    takes: SASL,
    fallback: 'none',
    read: (value: unknown) => oneOf(value, SASL),
  },
  kafkaUsername: {
    field: 'kafka_username',
    help: 'the SASL user',
    takes: 'text',
    fallback: '',
    read: (value: unknown) => textOrNone(value, 'a name'),
  },
  kafkaPasswordFile: file('kafka_password_file', "a file whose first line is the user's password"),
  kafkaPassword: {
    field: 'kafka_password',
    help: "the user's password, if it is not in a file",
    takes: 'text',
    fallback: '',
    secret: true,
    read: (value: unknown) => textOrNone(value, 'a password'),
  },
} satisfies Record<string, Setting<unknown>>;

function file(field: string, help: string) {
  const read = (value: unknown) => textOrNone(value, 'a file');
  return { field, help, takes: 'text', fallback: '', isPath: true, read } as const;
}

/** An empty string unsets an optional setting. */
function textOrNone(value: unknown, what: string): string {
  return value === '' ? '' : text(value, what);
}

function retention(value: unknown): number | typeof FOREVER {
  if (value === FOREVER) return FOREVER;
  const [, hours] = (typeof value === 'string' && RETENTION.exec(value)) || [];
  if (hours === undefined || Number(hours) === 0) throw new Error(`'${FOREVER}', or hours such as 168h`);
  return Number(hours) * 3_600_000;
}
