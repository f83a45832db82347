import { KafkaJSNumberOfRetriesExceeded, KafkaJSProtocolError } from 'kafkajs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { watchLoading } from '../../../../src/adapters/kafka/consumer/loading-grace.ts';

function answer(type: string): Error {
  return new KafkaJSProtocolError(Object.assign(new Error(type), { type, code: 14, retriable: true }));
}

const LOADING = answer('GROUP_LOAD_IN_PROGRESS');

describe('a coordinator that loads its groups', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is known by its answer, also within an error of kafkajs’ own', () => {
    const isLoading = watchLoading();
    expect(isLoading(LOADING)).toBe(true);
    expect(isLoading(new KafkaJSNumberOfRetriesExceeded(LOADING, { retryCount: 1, retryTime: 1 }))).toBe(true);
    expect(isLoading(answer('GROUP_AUTHORIZATION_FAILED'))).toBe(false);
    expect(isLoading(new Error('a bug'))).toBe(false);
  });

  it('is borne with for a while, each time that one loads', () => {
    const isLoading = watchLoading();
    const answers = () =>
      Array.from({ length: 7 }, () => {
        const borne = isLoading(LOADING);
        vi.advanceTimersByTime(1000);
        return borne;
      });
    expect(answers()).toEqual([true, true, true, true, true, true, false]);
    vi.advanceTimersByTime(60_000);
    expect(answers()).toEqual([true, true, true, true, true, true, false]);
  });
});
