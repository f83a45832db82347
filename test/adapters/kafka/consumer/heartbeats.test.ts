import { KafkaJSProtocolError } from 'kafkajs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createPulse } from '../../../../src/adapters/kafka/consumer/heartbeats.ts';
import { createStanding } from '../../../../src/adapters/kafka/consumer/membership-state.ts';

function protocolError(type: string): Error {
  return new KafkaJSProtocolError(Object.assign(new Error(type), { type, code: 1, retriable: true }));
}

function pulseOf(heartbeat: () => Promise<void>) {
  const pulse = createPulse(heartbeat, 60_000, createStanding());
  onTestFinished(() => pulse.stop());
  return pulse;
}

describe('the pulse of a member with a batch in hand', () => {
  it.each(['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID'])(
    'tells that the group has gone on without it: %s',
    async (type) => {
      const error = protocolError(type);
      const pulse = pulseOf(() => Promise.reject(error));
      expect(pulse.lost()).toBeUndefined();
      await pulse.beat();
      expect(pulse.lost()).toBe(error);
    },
  );

  it('goes on where the broker does not answer, and never throws', async () => {
    const pulse = pulseOf(() => Promise.reject(protocolError('REQUEST_TIMED_OUT')));
    await pulse.beat();
    expect(pulse.lost()).toBeUndefined();
    expect(pulse.tellLost(new Error('something else'))).toBe(false);
    expect(pulse.lost()).toBeUndefined();
  });

  it('beats no more once it is lost, and keeps the first reason', async () => {
    let beats = 0;
    const pulse = pulseOf(async () => {
      beats += 1;
    });
    const first = protocolError('REBALANCE_IN_PROGRESS');
    expect(pulse.tellLost(first)).toBe(true);
    expect(pulse.tellLost(protocolError('UNKNOWN_MEMBER_ID'))).toBe(true);
    await pulse.beat();
    expect([beats, pulse.lost()]).toEqual([0, first]);
  });

  it('beats by itself', async () => {
    let beats = 0;
    const pulse = createPulse(
      async () => {
        beats += 1;
      },
      1,
      createStanding(),
    );
    onTestFinished(() => pulse.stop());
    await expect.poll(() => beats).toBeGreaterThan(1);
  });
});
