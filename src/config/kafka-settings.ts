import { milliseconds, number, oneOf, text, yesOrNo } from './readers.ts';
import type { Setting } from './setting.ts';

/** How a password is proven to a broker; `none` where it asks for none. */
const SASL = ['none', 'plain', 'scram-sha-256', 'scram-sha-512'] as const;

/** How long Kafka keeps a message: without end, unless told otherwise. */
const FOREVER = 'forever';

/** The settings of the connection to Kafka. They have no flags: they describe a place, not a task. */
export const KAFKA_SETTINGS = {
  kafkaPartitions: {
    field: 'kafka_partitions',
    help: 'how many partitions a new topic gets: as many analyzers can work at once',
    fallback: 6,
    read: (value: unknown) => number(value, { min: 1, max: 10_000, whole: true }),
  },
  kafkaReplication: {
    field: 'kafka_replication',
    help: 'on how many brokers a new topic is kept',
    fallback: 1,
    read: (value: unknown) => number(value, { min: 1, max: 100, whole: true }),
  },
  kafkaRetention: {
    field: 'kafka_retention',
    help: 'how long a new topic keeps its messages: forever, or a time such as 168h',
    fallback: FOREVER,
    read: retention,
  },
  kafkaClientId: {
    field: 'kafka_client_id',
    help: "how the broker's logs and quotas know this program",
    fallback: 'imgpipe',
    read: (value: unknown) => text(value, 'a name'),
  },
  kafkaConnectTimeout: {
    field: 'kafka_connect_timeout',
    help: 'how long a connection may take to be made',
    fallback: 3000,
    read: (value: unknown) => time(value, { least: 100 }),
  },
  kafkaRequestTimeout: {
    field: 'kafka_request_timeout',
    help: 'how long an answer may take',
    fallback: 15_000,
    read: (value: unknown) => time(value, { least: 1000 }),
  },
  kafkaSessionTimeout: {
    field: 'kafka_session_timeout',
    help: 'after how long without a sign of life a consumer counts as gone',
    fallback: 10_000,
    read: (value: unknown) => time(value, { least: 500 }),
  },
  kafkaTls: {
    field: 'kafka_tls',
    help: 'speak TLS with the broker',
    fallback: false,
    read: yesOrNo,
  },
  kafkaTlsCa: file('kafka_tls_ca', 'a PEM file of the authorities to trust, instead of the well-known ones'),
  kafkaTlsCert: file('kafka_tls_cert', "a PEM file of this client's certificate"),
  kafkaTlsKey: file('kafka_tls_key', "a PEM file of that certificate's key"),
  kafkaSasl: {
    field: 'kafka_sasl',
    help: `how the user is proven: ${SASL.join(', ')}`,
    fallback: 'none',
    read: (value: unknown) => oneOf(value, SASL),
  },
  kafkaUsername: {
    field: 'kafka_username',
    help: 'the user, with kafka_sasl',
    fallback: '',
    read: (value: unknown) => textOrNone(value, 'a name'),
  },
  kafkaPasswordFile: file('kafka_password_file', "a file whose first line is the user's password"),
  kafkaPassword: {
    field: 'kafka_password',
    help: "the user's password, where no file holds it",
    fallback: '',
    secret: true,
    read: (value: unknown) => textOrNone(value, 'a password'),
  },
} satisfies Record<string, Setting<unknown>>;

function file(field: string, help: string): Setting<string> {
  return { field, help, fallback: '', read: (value) => textOrNone(value, 'a file') };
}

/** What may be missing may be said to be missing: an empty variable is none. */
function textOrNone(value: unknown, what: string): string {
  return value === '' ? '' : text(value, what);
}

function time(value: unknown, { least }: { least: number }): number {
  const read = milliseconds(value);
  if (read < least) throw new Error(`a time of ${least}ms or more, such as 5s`);
  return read;
}

function retention(value: unknown): number | typeof FOREVER {
  if (value === FOREVER) return FOREVER;
  const [, hours] = /^(\d{1,7})h$/.exec(String(value)) ?? [];
  if (hours === undefined || Number(hours) === 0) throw new Error(`'${FOREVER}', or hours such as 168h`);
  return Number(hours) * 3_600_000;
}
