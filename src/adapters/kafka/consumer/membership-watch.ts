import type { Consumer } from 'kafkajs';
import type { ConsumerNotice } from '../../../ports/event-bus.ts';
import { unavailable } from '../errors.ts';

/** How often it is looked how things stand. */
const LOOK_MS = 250;
/** A consumer that is not let into its group by then tells so. */
const JOIN_TOLD_AFTER_MS = 2000;
/** After so many heartbeats without an answer, or this long, the broker counts as out of reach. */
const MISSED_HEARTBEATS = 3;
const SILENCE_MS = 3000;

export interface Membership {
  readonly address: string;
  /** The topic's name on the broker, and how many partitions it has. */
  readonly topic: string;
  readonly partitions: number;
  readonly sessionTimeout: number;
  readonly heartbeatMs: number;
  readonly onNotice?: ((notice: ConsumerNotice) => void) | undefined;
}

/** How a consumer stands with its broker and its group. */
export interface MembershipWatch {
  /** Called around the handling of a batch: meanwhile the stage itself tells what it waits for. */
  busy(isBusy: boolean): void;
  close(): void;
}

/** Tells how a consumer stands with its group, until it is closed. To be put on before the consumer connects. */
export function watchMembership(consumer: Consumer, membership: Membership): MembershipWatch {
  const { address, topic, partitions, sessionTimeout, onNotice } = membership;
  const silence = Math.max(SILENCE_MS, MISSED_HEARTBEATS * membership.heartbeatMs);
  let state: 'connecting' | 'joining' | 'member' = 'connecting';
  let since = performance.now();
  let told: 'joining' | 'unreachable' | undefined;
  let batches = 0;

  /** A sign that the broker answers. */
  function sign(): void {
    since = performance.now();
    if (told === 'unreachable') onNotice?.({ kind: 'reachable' });
    told = undefined;
  }

  function look(): void {
    const waited = performance.now() - since;
    if (told !== undefined || batches > 0) return;
    if (state === 'joining') {
      if (waited < JOIN_TOLD_AFTER_MS) return;
      told = 'joining';
      onNotice?.({ kind: 'joining', givesUpAfterMs: sessionTimeout });
    } else if (waited >= silence) {
      told = 'unreachable';
      onNotice?.({ kind: 'unreachable', error: unavailable(address, `no sign of it for ${silence / 1000} s`) });
    }
  }

  consumer.on(consumer.events.CONNECT, () => {
    if (state === 'connecting') state = 'joining';
    sign();
  });
  consumer.on(consumer.events.HEARTBEAT, sign);
  consumer.on(consumer.events.DISCONNECT, () => {
    state = 'connecting';
  });
  consumer.on(consumer.events.REQUEST, ({ payload }) => {
    // Any answer is a sign of the broker's, but a group that was out of reach is back only once it answers itself.
    if (state === 'member' && told === undefined) since = performance.now();
    if (state !== 'connecting' || payload.apiName !== 'GroupCoordinator') return;
    state = 'joining';
    sign();
  });
  consumer.on(consumer.events.REBALANCING, () => {
    // It joins again to look for its group's coordinator.
    if (state === 'connecting') return;
    state = 'joining';
    sign();
    onNotice?.({ kind: 'rebalancing' });
  });
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    state = 'member';
    sign();
    const mine = [...(payload.memberAssignment[topic] ?? [])].sort((a, b) => a - b);
    if (mine.length === 0) onNotice?.({ kind: 'standing_by' });
    else onNotice?.({ kind: 'working', share: { partitions: mine, of: partitions } });
  });
  const timer = setInterval(look, LOOK_MS);
  return {
    busy(isBusy) {
      batches += isBusy ? 1 : -1;
      since = performance.now();
    },
    close: () => clearInterval(timer),
  };
}
