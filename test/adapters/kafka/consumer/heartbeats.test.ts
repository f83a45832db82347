import { KafkaJSProtocolError } from 'kafkajs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createMembershipState, startHeartbeats } from '../../../../src/adapters/kafka/consumer/heartbeats.ts';

function protocolError(type: string): Error {
  return new KafkaJSProtocolError(Object.assign(new Error(type), { type, code: 1, retriable: true }));
}

/** Heartbeats that are sent only when the test asks for one. */
function started(heartbeat: () => Promise<void>, everyMs = 60_000) {
  const membership = createMembershipState();
  const heartbeats = startHeartbeats(heartbeat, everyMs, membership);
  onTestFinished(() => heartbeats.stop());
  return { heartbeats, membership };
}

describe('heartbeats during a batch', () => {
  it.each(['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID'])(
    'record that the membership is lost: %s',
    async (type) => {
      const error = protocolError(type);
      const { heartbeats, membership } = started(() => Promise.reject(error));
      expect(membership.lostBy()).toBeUndefined();
      await heartbeats.send();
      expect(membership.lostBy()).toBe(error);
    },
  );

  it('keep the membership when the broker does not respond, and never reject', async () => {
    const { heartbeats, membership } = started(() => Promise.reject(protocolError('REQUEST_TIMED_OUT')));
    await heartbeats.send();
    expect(membership.lostBy()).toBeUndefined();
    expect(membership.recordLost(new Error('something else'))).toBe(false);
    expect(membership.lostBy()).toBeUndefined();
  });

  it('stop once the membership is lost, and keep the first error', async () => {
    let sent = 0;
    const { heartbeats, membership } = started(async () => {
      sent += 1;
    });
    const first = protocolError('REBALANCE_IN_PROGRESS');
    expect(membership.recordLost(first)).toBe(true);
    expect(membership.recordLost(protocolError('UNKNOWN_MEMBER_ID'))).toBe(true);
    await heartbeats.send();
    expect([sent, membership.lostBy()]).toEqual([0, first]);
  });

  it('are sent at an interval', async () => {
    let sent = 0;
    started(async () => {
      sent += 1;
    }, 1);
    await expect.poll(() => sent).toBeGreaterThan(1);
  });
});
