import type { Consumer } from 'kafkajs';
import { aborted, withDeadline } from '../../../base/deadlines.ts';
import type { ConsumeOptions } from '../../../ports/event-bus.ts';
import { createClient, RETRY } from '../client.ts';
import { addressOf, type KafkaOptions } from '../options.ts';
import { patchEmptyBatches } from '../workarounds/empty-batches.ts';
import { patchFetchAfterStop } from '../workarounds/fetch-after-stop.ts';
import { patchStaleCoordinator } from '../workarounds/stale-coordinator.ts';
import { handleBatch } from './handle-batch.ts';
import { createMembershipState } from './heartbeats.ts';
import { watchMembership } from './membership-watch.ts';

/** How long a fetch waits for messages. A disconnect waits for it. */
const MAX_FETCH_MS = 200;
/**
 * About two minutes of retries. A member that outlasts a broker's restart keeps its membership; a new one would wait
 * until the group has removed the old one.
 */
const MEMBER_RETRIES = 60;
const MAX_LEAVE_MS = 5000;
/** How long leaving waits for a join to finish: an interrupted join leaves a member behind in the group. */
const MAX_JOIN_MS = 2000;

export interface GroupMember {
  readonly kafka: KafkaOptions;
  readonly busId: string;
  /** Topic and group by their names on the broker, and how many partitions the topic has. */
  readonly topic: string;
  readonly group: string;
  readonly partitions: number;
  /** Asks the group's coordinator for something that it responds to at once, also while members join. */
  readonly probe: () => Promise<unknown>;
}

/**
 * Consumes as a member of a group until the signal aborts, and finishes the chunk in flight. Rejects with an error of
 * `onChunk` or with the crash of kafkajs' consumer; the caller starts a new member.
 */
export async function consumeAsMember(member: GroupMember, options: ConsumeOptions): Promise<void> {
  const { kafka, busId, topic, group, partitions, probe } = member;
  patchFetchAfterStop();
  patchStaleCoordinator();
  patchEmptyBatches();
  const { signal } = options;
  const heartbeatMs = heartbeatInterval(kafka.sessionTimeout);
  const ended = new AbortController();
  const failures: unknown[] = [];
  const end = () => ended.abort();
  const fail = (error: unknown) => {
    failures.push(error);
    end();
  };
  // Leaving the group interrupts requests, which is no failure.
  const failUnlessEnded = (error: unknown) => {
    if (!ended.signal.aborted) fail(error);
  };
  const consumer = createClient(kafka, MEMBER_RETRIES).consumer({
    groupId: group,
    sessionTimeout: kafka.sessionTimeout,
    heartbeatInterval: heartbeatMs,
    minBytes: 1,
    maxWaitTimeInMs: MAX_FETCH_MS,
    allowAutoTopicCreation: false,
    retry: { ...RETRY, retries: MEMBER_RETRIES },
  });
  // `run` resolves only after the join, so the listeners are added first.
  consumer.on(consumer.events.CRASH, ({ payload }) => failUnlessEnded(payload.error));
  const address = addressOf(kafka);
  const { sessionTimeout } = kafka;
  const { onNotice } = options;
  const watched = { address, topic, partitions, sessionTimeout, heartbeatMs, probe, onNotice };
  const watch = watchMembership(consumer, watched);
  const membership = createMembershipState();
  consumer.on(consumer.events.GROUP_JOIN, () => membership.joined());
  const context = { membership, address, busId, heartbeatMs, options, ended: ended.signal, fail };
  let inFlight = Promise.resolve();

  async function run(): Promise<void> {
    await consumer.connect();
    if (ended.signal.aborted) return;
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    if (ended.signal.aborted) return;
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: (payload) => {
        watch.busy(true);
        const handling = handleBatch(payload, context).finally(() => watch.busy(false));
        inFlight = handling.catch(() => {});
        return handling;
      },
    });
  }

  signal.addEventListener('abort', end);
  if (signal.aborted) end();
  try {
    const running = run().catch(failUnlessEnded);
    await aborted(ended.signal);
    // A stopping kafkajs consumer silently drops commits.
    await inFlight;
    await withDeadline(MAX_LEAVE_MS, leave(consumer, running), () => new Error('leaving timed out')).catch(() => {});
  } finally {
    signal.removeEventListener('abort', end);
    watch.close();
  }
  if (failures.length > 0) throw failures[0];
}

/** Often enough that the other members do not wait long for this one in a rebalance. */
function heartbeatInterval(sessionTimeout: number): number {
  return Math.min(1000, Math.floor(sessionTimeout / 5));
}

/** Disconnects, which interrupts a join, and again once `run` has ended: the first alone could leave the consumer running. */
async function leave(consumer: Consumer, running: Promise<void>): Promise<void> {
  await withDeadline(MAX_JOIN_MS, running, () => new Error('joining timed out')).catch(() => {});
  await consumer.disconnect().catch(() => {});
  await running;
  await consumer.disconnect().catch(() => {});
}
