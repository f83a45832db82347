import type { Consumer } from 'kafkajs';
import { ImgpipeError } from '../../../domain/errors.ts';
import type { ConsumerNotice } from '../../../ports/event-bus.ts';
import { unavailable } from '../errors.ts';

const CHECK_MS = 250;
/** A join that takes longer is reported. */
const REPORT_JOIN_AFTER_MS = 2000;
/** The pause between two probes of the broker meanwhile. */
const PROBE_MS = 1000;
/** The broker counts as unreachable after this many missed heartbeats and at least this long. */
const MISSED_HEARTBEATS = 3;
const MIN_SILENCE_MS = 3000;

export interface Membership {
  readonly address: string;
  /** The topic's name on the broker, and how many partitions it has. */
  readonly topic: string;
  readonly partitions: number;
  readonly sessionTimeout: number;
  readonly heartbeatMs: number;
  /** Asks the group's coordinator for something that it responds to at once, also while members join. */
  readonly probe: () => Promise<unknown>;
  readonly onNotice?: ((notice: ConsumerNotice) => void) | undefined;
}

export interface MembershipWatch {
  /** To be called around the handling of a batch. Meanwhile nothing is reported: the stage reports what it waits for. */
  busy(isBusy: boolean): void;
  close(): void;
}

/** Reports changes of a consumer's membership until it is closed. To be started before the consumer connects. */
export function watchMembership(consumer: Consumer, membership: Membership): MembershipWatch {
  const { address, topic, partitions, sessionTimeout, onNotice } = membership;
  const silence = Math.max(MIN_SILENCE_MS, MISSED_HEARTBEATS * membership.heartbeatMs);
  let state: 'connecting' | 'joining' | 'member' = 'connecting';
  let since = performance.now();
  let reported: 'joining' | 'unreachable' | undefined;
  let batches = 0;
  let probing = false;
  let probedAt = Number.NEGATIVE_INFINITY;
  let closed = false;

  /** The broker has responded. */
  function responded(): void {
    since = performance.now();
    if (reported === 'unreachable') onNotice?.({ kind: 'reachable' });
    reported = undefined;
  }

  function unreachable(error: ImgpipeError): void {
    reported = 'unreachable';
    onNotice?.({ kind: 'unreachable', error });
  }

  function check(): void {
    const waited = performance.now() - since;
    if (batches > 0) return;
    if (state === 'joining') {
      if (waited >= REPORT_JOIN_AFTER_MS && !probing && performance.now() - probedAt >= PROBE_MS) void probeJoin();
    } else if (reported === undefined && waited >= silence) {
      unreachable(unavailable(address, `no response for ${silence / 1000} s`));
    }
  }

  /** A broker responds to a join once all members have joined, which kafkajs awaits for a minute even if it is gone. */
  async function probeJoin(): Promise<void> {
    const joiningSince = since;
    probing = true;
    const error = await membership.probe().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    probing = false;
    probedAt = performance.now();
    if (closed || batches > 0 || state !== 'joining' || since !== joiningSince) return;
    if (error instanceof ImgpipeError && error.blame === 'transient') {
      if (reported !== 'unreachable') unreachable(error);
    } else if (reported === 'unreachable') {
      responded();
    } else if (reported === undefined) {
      reported = 'joining';
      onNotice?.({ kind: 'joining', givesUpAfterMs: sessionTimeout });
    }
  }

  consumer.on(consumer.events.CONNECT, () => {
    if (state === 'connecting') state = 'joining';
    responded();
  });
  consumer.on(consumer.events.HEARTBEAT, responded);
  consumer.on(consumer.events.DISCONNECT, () => {
    state = 'connecting';
  });
  consumer.on(consumer.events.REQUEST, ({ payload }) => {
    // Any response proves that the broker is up, but an unreachable group is back only once the coordinator responds.
    if (state === 'member' && reported === undefined) since = performance.now();
    if (state !== 'connecting' || payload.apiName !== 'GroupCoordinator') return;
    state = 'joining';
    responded();
  });
  consumer.on(consumer.events.REBALANCING, () => {
    // Joins again to look up the group coordinator (see the stale coordinator workaround).
    if (state === 'connecting') return;
    state = 'joining';
    responded();
    onNotice?.({ kind: 'rebalancing' });
  });
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    state = 'member';
    responded();
    const mine = [...(payload.memberAssignment[topic] ?? [])].sort((a, b) => a - b);
    if (mine.length === 0) onNotice?.({ kind: 'standing_by' });
    else onNotice?.({ kind: 'working', share: { partitions: mine, of: partitions } });
  });
  const timer = setInterval(check, CHECK_MS);
  return {
    busy(isBusy) {
      batches += isBusy ? 1 : -1;
      since = performance.now();
    },
    close() {
      closed = true;
      clearInterval(timer);
    },
  };
}
