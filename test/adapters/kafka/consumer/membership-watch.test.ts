import { Kafka, logLevel } from 'kafkajs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { watchMembership } from '../../../../src/adapters/kafka/consumer/membership-watch.ts';
import type { ConsumerNotice } from '../../../../src/ports/event-bus.ts';

/** A membership whose consumer says only what the test has it say. */
function watched() {
  const consumer = new Kafka({ brokers: ['127.0.0.1:1'], logLevel: logLevel.NOTHING }).consumer({ groupId: 'g' });
  const listeners = new Map<string, (event: { payload: unknown }) => void>();
  vi.spyOn(consumer, 'on').mockImplementation((event: string, listener: unknown) => {
    listeners.set(event, listener as (event: { payload: unknown }) => void);
    return () => {};
  });
  const notices: ConsumerNotice['kind'][] = [];
  const { events } = consumer;
  const watch = watchMembership(consumer, {
    address: 'kafka://127.0.0.1:1',
    topic: 't',
    partitions: 1,
    sessionTimeout: 6000,
    heartbeatMs: 1000,
    onNotice: ({ kind }) => notices.push(kind),
  });
  const says = (event: string, payload: unknown = {}) => listeners.get(event)?.({ payload });
  says(events.CONNECT);
  says(events.GROUP_JOIN, { memberAssignment: { t: [0] } });
  return {
    notices,
    watch,
    heartbeat: () => says(events.HEARTBEAT),
    fetched: () => says(events.REQUEST, { apiName: 'Fetch' }),
  };
}

/** So long a silence counts. */
const SILENCE_MS = 3000;

describe('a member of a group', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('that hears nothing of its broker says so once, and again when the group answers', () => {
    const { notices, watch, heartbeat, fetched } = watched();
    vi.advanceTimersByTime(3 * SILENCE_MS);
    expect(notices).toEqual(['working', 'unreachable']);
    fetched();
    expect(notices).toEqual(['working', 'unreachable']);
    heartbeat();
    expect(notices).toEqual(['working', 'unreachable', 'reachable']);
    watch.close();
  });

  it('takes any answer for a sign of its broker', () => {
    const { notices, watch, fetched } = watched();
    for (let times = 0; times < 4; times += 1) {
      vi.advanceTimersByTime(SILENCE_MS - 500);
      fetched();
    }
    expect(notices).toEqual(['working']);
    watch.close();
  });

  it('says nothing while it has messages in hand', () => {
    const { notices, watch } = watched();
    watch.busy(true);
    vi.advanceTimersByTime(3 * SILENCE_MS);
    expect(notices).toEqual(['working']);
    watch.busy(false);
    vi.advanceTimersByTime(SILENCE_MS + 500);
    expect(notices).toEqual(['working', 'unreachable']);
    watch.close();
  });
});
