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
