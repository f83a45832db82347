import { Kafka, logLevel } from 'kafkajs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { watchMembership } from '../../../../src/adapters/kafka/consumer/membership-watch.ts';
import { ImgpipeError } from '../../../../src/domain/errors.ts';
import type { ConsumerNotice } from '../../../../src/ports/event-bus.ts';

/** A watched consumer whose events the test emits. */
function watched({ probe = async () => {} }: { probe?: () => Promise<void> } = {}) {
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
    probe,
    onNotice: ({ kind }) => notices.push(kind),
  });
  const emit = (event: string, payload: unknown = {}) => listeners.get(event)?.({ payload });
  emit(events.CONNECT);
  emit(events.GROUP_JOIN, { memberAssignment: { t: [0] } });
  return {
    notices,
    watch,
    heartbeat: () => emit(events.HEARTBEAT),
    rebalancing: () => emit(events.REBALANCING),
    joined: () => emit(events.GROUP_JOIN, { memberAssignment: { t: [0] } }),
    fetched: () => emit(events.REQUEST, { apiName: 'Fetch' }),
  };
}

/** After this long without a response the broker counts as unreachable. */
const SILENCE_MS = 3000;

describe('a member of a group', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('reports an unreachable broker once, and again when the group responds', () => {
    const { notices, watch, heartbeat, fetched } = watched();
    vi.advanceTimersByTime(3 * SILENCE_MS);
    expect(notices).toEqual(['working', 'unreachable']);
    fetched();
    expect(notices).toEqual(['working', 'unreachable']);
    heartbeat();
    expect(notices).toEqual(['working', 'unreachable', 'reachable']);
    watch.close();
  });

  it('takes any response as proof that its broker is up', () => {
    const { notices, watch, fetched } = watched();
    for (let times = 0; times < 4; times += 1) {
      vi.advanceTimersByTime(SILENCE_MS - 500);
      fetched();
    }
    expect(notices).toEqual(['working']);
    watch.close();
  });

  it('reports a join that takes long, and an unreachable broker meanwhile, once each', async () => {
    let failure: Error | undefined;
    const probe = async () => {
      if (failure !== undefined) throw failure;
    };
    const { notices, watch, rebalancing, joined } = watched({ probe });
    rebalancing();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(notices).toEqual(['working', 'rebalancing', 'joining']);
    failure = new ImgpipeError('broker_unavailable', 'gone');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(notices.slice(3)).toEqual(['unreachable']);
    failure = undefined;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(notices.slice(4)).toEqual(['reachable', 'joining']);
    // What the user may not ask does not say that the broker is gone.
    failure = new ImgpipeError('broker_refused', 'no');
    await vi.advanceTimersByTimeAsync(10_000);
    joined();
    expect(notices.slice(6)).toEqual(['working']);
    watch.close();
  });

  it('ignores a probe that outlasts the join', async () => {
    let reject: (error: Error) => void = () => {};
    const probe = () => new Promise<void>((_, rejected) => (reject = rejected));
    const { notices, watch, rebalancing, joined } = watched({ probe });
    rebalancing();
    await vi.advanceTimersByTimeAsync(SILENCE_MS);
    joined();
    reject(new ImgpipeError('broker_unavailable', 'gone'));
    await vi.advanceTimersByTimeAsync(500);
    expect(notices).toEqual(['working', 'rebalancing', 'working']);
    watch.close();
  });

  it('reports nothing while it handles a batch', () => {
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
