import type { ErrorCode } from '../../domain/errors.ts';

/** What a failed request was about, for messages. Names are those on the broker. */
export interface RequestSubject {
  readonly topic?: string;
  readonly group?: string;
}

interface Refusal {
  readonly code: ErrorCode;
  /** The message, with `reason` as the broker gives it. */
  message(address: string, reason: string, subject: RequestSubject): string;
}

/**
 * The error types by which a broker refuses a request permanently, so that no retry helps: each with the setting, or the
 * setting of the broker, to change.
 */
export const REFUSALS: Readonly<Record<string, Refusal>> = {
  TOPIC_AUTHORIZATION_FAILED: denied(({ topic }) => (topic === undefined ? 'on its topics' : `on topic ${topic}`)),
  GROUP_AUTHORIZATION_FAILED: denied(({ group }) => (group === undefined ? 'on its groups' : `on group ${group}`)),
  CLUSTER_AUTHORIZATION_FAILED: denied(() => 'on the cluster'),
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: denied(() => 'on its transactional ids'),
  SASL_AUTHENTICATION_FAILED: denied(),
  UNSUPPORTED_SASL_MECHANISM: denied(),
  ILLEGAL_SASL_STATE: denied(),
  INVALID_SESSION_TIMEOUT: {
    code: 'config_invalid',
    message: (address, reason) =>
      `kafka_session_timeout: broker ${address} refused it (${reason}): set it from the broker's group.min.session.timeout.ms to its group.max.session.timeout.ms, by default from 6s to 30m`,
  },
  INVALID_REPLICATION_FACTOR: topicRefused('kafka_replication', 'set a number that the cluster has brokers for'),
  INVALID_PARTITIONS: topicRefused('kafka_partitions', 'set a number that the cluster allows'),
  INVALID_TOPIC_EXCEPTION: topicRefused('topic_prefix', "set another: Kafka treats '.' and '_' in names as the same"),
  INVALID_CONFIG: topicRefused('kafka_retention', 'set a time that the cluster allows, or create the topics yourself'),
  POLICY_VIOLATION: topicRefused(
    'kafka_partitions, kafka_replication and kafka_retention',
    "set fewer partitions, or what the cluster's create.topic.policy.class.name allows, or create the topics yourself",
  ),
  INVALID_TIMESTAMP: {
    code: 'broker_refused',
    message: (address, reason, { topic }) =>
      `broker ${address} refused the time of a message${topic === undefined ? '' : ` on topic ${topic}`} (${reason}): ${checkClock()}, or set message.timestamp.type=LogAppendTime for the topic, as those that imgpipe creates have it`,
  },
  MESSAGE_TOO_LARGE: tooLarge(),
  RECORD_LIST_TOO_LARGE: tooLarge(),
};

/** What to do about a clock that may be wrong. */
export function checkClock(): string {
  return `check the clock of this machine, which says ${new Date().toISOString()}, and that of the broker`;
}

/** Authentication or authorization failed; `where` is what the user needs ACLs on. */
function denied(where: (subject: RequestSubject) => string = () => ''): Refusal {
  return {
    code: 'broker_refused',
    message: (address, reason, subject) =>
      `broker ${address} refused this client (${reason}): check kafka_sasl, kafka_username and its password, and which ACLs that user has ${where(subject)}`.trimEnd(),
  };
}

/** A topic was not created. */
function topicRefused(setting: string, remedy: string): Refusal {
  return {
    code: 'config_invalid',
    message: (address, reason, { topic }) =>
      `${setting}: broker ${address} refused to create ${topic === undefined ? 'the topics' : `topic ${topic}`} (${reason}): ${remedy}`,
  };
}

function tooLarge(): Refusal {
  return {
    code: 'message_too_large',
    message: (address, reason, { topic }) =>
      `broker ${address} refused a message${topic === undefined ? '' : ` on topic ${topic}`} (${reason}): raise max.message.bytes of the topic`,
  };
}
