import type { Consumer } from 'kafkajs';
import { aborted, withDeadline } from '../../../base/deadlines.ts';
import type { ConsumeOptions } from '../../../ports/event-bus.ts';
import { createClient, RETRY } from '../client.ts';
import { addressOf, type KafkaOptions } from '../options.ts';
import { endFetching } from '../workarounds/fetch-after-stop.ts';
import { followCoordinator } from '../workarounds/stale-coordinator.ts';
import { handleBatch } from './handle-batch.ts';
import { createStanding } from './membership-state.ts';
import { watchMembership } from './membership-watch.ts';

/** How long a fetch waits for messages, and so how long an end may take. */
const MAX_FETCH_MS = 200;
/**
 * About two minutes of tries: a member that the broker's restart finds still trying keeps its membership, where a new
 * one would wait until the group has given up the old.
 */
const PATIENT_RETRIES = 60;
/** After this long an orderly end is given up. */
const MAX_END_MS = 5000;
/** An end that comes while the group is being joined waits so long for that: cut short, it would leave a member behind. */
const MAX_JOIN_MS = 2000;

export interface ConsumerParts {
  readonly kafka: KafkaOptions;
  readonly busId: string;
  /** The names of topic and group on the broker, and how many partitions the topic has. */
  readonly topic: string;
  readonly group: string;
  readonly partitions: number;
}

/**
 * Takes messages as a member of a group until the signal, the chunk in hand being finished. An error out of `onChunk`,
 * or a crash of kafkajs' consumer, ends it with that error; whoever called makes a new one.
 */
export async function consumeAsMember(parts: ConsumerParts, options: ConsumeOptions): Promise<void> {
  const { kafka, busId, topic, group, partitions } = parts;
  endFetching();
  followCoordinator();
  const { signal } = options;
  const heartbeatMs = heartbeatOf(kafka.sessionTimeout);
  const ended = new AbortController();
  const failures: unknown[] = [];
  const end = () => ended.abort();
  const fail = (error: unknown) => {
    failures.push(error);
    end();
  };
  // What breaks because it ends is no failure.
  const failAtWork = (error: unknown) => {
    if (!ended.signal.aborted) fail(error);
  };
  const consumer = createClient(kafka, PATIENT_RETRIES).consumer({
    groupId: group,
    sessionTimeout: kafka.sessionTimeout,
    heartbeatInterval: heartbeatMs,
    minBytes: 1,
    maxWaitTimeInMs: MAX_FETCH_MS,
    allowAutoTopicCreation: false,
    retry: { ...RETRY, retries: PATIENT_RETRIES },
  });
  // `run` answers once the group is joined: who wants to hear of that, or of a crash on the way, listens before.
  consumer.on(consumer.events.CRASH, ({ payload }) => failAtWork(payload.error));
  const address = addressOf(kafka);
  const { sessionTimeout } = kafka;
  const { onNotice } = options;
  const membership = watchMembership(consumer, { address, topic, partitions, sessionTimeout, heartbeatMs, onNotice });
  let inHand = Promise.resolve();
  const standing = createStanding();
  consumer.on(consumer.events.GROUP_JOIN, () => standing.joined());
  const batchParts = { standing, address, busId, heartbeatMs, options, ended: ended.signal, fail };

  async function run(): Promise<void> {
    await consumer.connect();
    if (ended.signal.aborted) return;
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    if (ended.signal.aborted) return;
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: (payload) => {
        membership.busy(true);
        const handling = handleBatch(payload, batchParts).finally(() => membership.busy(false));
        inHand = handling.catch(() => {});
        return handling;
      },
    });
  }

  signal.addEventListener('abort', end);
  if (signal.aborted) end();
  try {
    const running = run().catch(failAtWork);
    await aborted(ended.signal);
    // While kafkajs stops it commits no more, and does not say so.
    await inHand;
    await withDeadline(MAX_END_MS, leave(consumer, running), () => new Error('the consumer does not end')).catch(
      () => {},
    );
  } finally {
    signal.removeEventListener('abort', end);
    membership.close();
  }
  if (failures.length > 0) throw failures[0];
}

/** How often a member shows that it lives: so often that the others need not wait long for it when they share anew. */
function heartbeatOf(sessionTimeout: number): number {
  return Math.min(1000, Math.floor(sessionTimeout / 5));
}

/** A disconnect cuts a join short; one that comes before `run` has ended would leave the consumer running. */
async function leave(consumer: Consumer, running: Promise<void>): Promise<void> {
  await withDeadline(MAX_JOIN_MS, running, () => new Error('the join does not end')).catch(() => {});
  await consumer.disconnect().catch(() => {});
  await running;
  await consumer.disconnect().catch(() => {});
}
