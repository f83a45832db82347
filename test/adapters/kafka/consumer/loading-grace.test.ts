import { KafkaJSNumberOfRetriesExceeded, KafkaJSProtocolError } from 'kafkajs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLoadingGrace } from '../../../../src/adapters/kafka/consumer/loading-grace.ts';

function protocolError(type: string): Error {
  return new KafkaJSProtocolError(Object.assign(new Error(type), { type, code: 14, retriable: true }));
}

const LOADING = protocolError('GROUP_LOAD_IN_PROGRESS');

describe('a coordinator that is loading its groups', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is recognized by GROUP_LOAD_IN_PROGRESS, also as the cause of another kafkajs error', () => {
    const isLoading = createLoadingGrace();
    expect(isLoading(LOADING)).toBe(true);
    expect(isLoading(new KafkaJSNumberOfRetriesExceeded(LOADING, { retryCount: 1, retryTime: 1 }))).toBe(true);
    expect(isLoading(protocolError('GROUP_AUTHORIZATION_FAILED'))).toBe(false);
    expect(isLoading(new Error('a bug'))).toBe(false);
  });

  it('is tolerated for five seconds, each time that one loads', () => {
    const isLoading = createLoadingGrace();
    const results = () =>
      Array.from({ length: 7 }, () => {
        const tolerated = isLoading(LOADING);
        vi.advanceTimersByTime(1000);
        return tolerated;
      });
    expect(results()).toEqual([true, true, true, true, true, true, false]);
    vi.advanceTimersByTime(60_000);
    expect(results()).toEqual([true, true, true, true, true, true, false]);
  });
});
