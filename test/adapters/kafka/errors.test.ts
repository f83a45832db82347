import { KafkaJSConnectionError, KafkaJSNumberOfRetriesExceeded, KafkaJSProtocolError, Partitioners } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { translated } from '../../../src/adapters/kafka/errors.ts';

const ADDRESS = 'kafka://127.0.0.1:9092';

/** What the work throws. */
function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** An error as kafkajs rejects with it once its retries are used up. */
function afterRetries(error: Error): Error {
  return new KafkaJSNumberOfRetriesExceeded(error, { retryCount: 5, retryTime: 2000 });
}

function connectionError(code: string): Error {
  return new KafkaJSConnectionError(`Connection error: connect ${code}`, { broker: '127.0.0.1:9092', code });
}

function protocolError(type: string): Error {
  return new KafkaJSProtocolError(Object.assign(new Error(`the text of ${type}`), { type, code: 1, retriable: true }));
}

describe('an error of kafkajs', () => {
  it.each([
    ['ECONNREFUSED', 'connection refused'],
    ['ENOTFOUND', 'host name not found'],
    ['ETIMEDOUT', 'connection timed out'],
    ['ECONNRESET', 'connection reset by peer'],
  ])('keeps the system error %s in its message, with its meaning and what to do', (code, meaning) => {
    const error = connectionError(code);
    expect(translated(afterRetries(error), ADDRESS)).toMatchObject({
      code: 'broker_unavailable',
      message: `broker ${ADDRESS} is unavailable (${code}: ${meaning}): start one with 'docker compose -f docker-compose.kafka.yml up -d' or 'npm run kafka', or check the address`,
    });
  });

  it('of a connection that timed out within kafkajs reads ETIMEDOUT', () => {
    const error = new KafkaJSConnectionError('Connection timeout', { broker: '127.0.0.1:9092' });
    expect(translated(error, ADDRESS)).toMatchObject({ message: expect.stringContaining('(ETIMEDOUT: ') });
  });

  it.each(['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE'])('keeps the type %s in its message', (type) => {
    expect(translated(afterRetries(protocolError(type)), ADDRESS)).toMatchObject({
      code: 'broker_unavailable',
      message: expect.stringMatching(new RegExp(`^broker ${ADDRESS} is unavailable \\(.*${type}`)),
    });
  });

  it.each(['TOPIC_AUTHORIZATION_FAILED', 'SASL_AUTHENTICATION_FAILED'])('that refuses this client keeps %s', (type) => {
    expect(translated(protocolError(type), ADDRESS)).toMatchObject({
      code: 'broker_refused',
      exit: 2,
      message: expect.stringMatching(new RegExp(`^broker ${ADDRESS} refused this client \\(.*${type}.*kafka_username`)),
    });
  });

  it.each([
    ['TOPIC_AUTHORIZATION_FAILED', 'broker_refused', /ACLs that user has on topic image_analysis$/],
    ['GROUP_AUTHORIZATION_FAILED', 'broker_refused', /ACLs that user has on group image_analysis_group$/],
    ['CLUSTER_AUTHORIZATION_FAILED', 'broker_refused', /ACLs that user has on the cluster$/],
    ['INVALID_SESSION_TIMEOUT', 'config_invalid', /^kafka_session_timeout: .*group\.min\.session\.timeout\.ms/],
    ['POLICY_VIOLATION', 'config_invalid', /^kafka_partitions, kafka_replication and kafka_retention: /],
    ['INVALID_CONFIG', 'config_invalid', /^kafka_retention: /],
    ['INVALID_PARTITIONS', 'config_invalid', /^kafka_partitions: /],
    ['INVALID_TOPIC_EXCEPTION', 'config_invalid', /^topic_prefix: /],
    ['INVALID_TIMESTAMP', 'broker_refused', /check the clock of this machine, which says \d{4}-/],
    ['MESSAGE_TOO_LARGE', 'message_too_large', /raise max\.message\.bytes of the topic$/],
  ])('by which the broker refuses for good names what to change: %s', (type, code, words) => {
    const subject = { topic: 'image_analysis', group: 'image_analysis_group' };
    const error = translated(afterRetries(protocolError(type)), ADDRESS, subject);
    expect(error).toMatchObject({ code, exit: 2, message: expect.stringContaining(type) });
    expect(error).toMatchObject({ message: expect.stringMatching(words) });
  });

  it('of one of several topics names that topic', () => {
    const denied = Object.assign(protocolError('POLICY_VIOLATION'), { topic: 'garden.image_event_alert' });
    const all = Object.assign(new Error('Topic creation errors'), {
      name: 'KafkaJSAggregateError',
      errors: [protocolError('TOPIC_ALREADY_EXISTS'), denied],
    });
    expect(translated(all, ADDRESS)).toMatchObject({
      code: 'config_invalid',
      message: expect.stringMatching(/to create topic garden\.image_event_alert \(.*POLICY_VIOLATION\)/),
    });
  });

  it.each(['certificate is not yet valid', 'certificate has expired'])('about a clock says so: %s', (message) => {
    const error = new KafkaJSConnectionError(`Connection error: ${message}`, { broker: '127.0.0.1:9092' });
    expect(translated(error, ADDRESS)).toMatchObject({
      code: 'broker_refused',
      message: expect.stringMatching(`\\(Connection error: ${message}\\): check the clock of this machine, which says`),
    });
  });

  it('of a broker that the cluster advertises names that broker and advertised.listeners', () => {
    const error = new KafkaJSConnectionError('Connection error: getaddrinfo ENOTFOUND kafka-1', {
      broker: 'kafka-1:9092',
      code: 'ENOTFOUND',
    });
    expect(translated(afterRetries(error), ADDRESS)).toMatchObject({
      code: 'broker_unavailable',
      message: expect.stringMatching(/advertises kafka-1:9092, .*\(ENOTFOUND: .*\): set advertised\.listeners/),
    });
  });

  it('of an advertised broker that refuses connections names that broker', () => {
    const error = new KafkaJSConnectionError('Connection error: connect ECONNREFUSED', {
      broker: '127.0.0.1:9093',
      code: 'ECONNREFUSED',
    });
    expect(translated(error, ADDRESS)).toMatchObject({
      code: 'broker_unavailable',
      message: expect.stringContaining('(ECONNREFUSED: connection refused, at the advertised 127.0.0.1:9093)'),
    });
  });

  it('is transient even where it is a TypeError of kafkajs itself', () => {
    const error = thrownBy(() => Partitioners.DefaultPartitioner()(Object.create(null)));
    expect(error).toBeInstanceOf(TypeError);
    expect(translated(error, ADDRESS)).toMatchObject({ code: 'broker_unavailable', cause: error });
  });

  it('is distinguished from a bug in this program', () => {
    const bug = thrownBy(() => Object.create(null).missing());
    expect(translated(bug, ADDRESS)).toBe(bug);
  });
});
