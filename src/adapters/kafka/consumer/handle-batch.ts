import type { EachBatchPayload } from 'kafkajs';
import type { Chunk, ConsumeOptions } from '../../../ports/event-bus.ts';
import { isTransient, translated, unavailable } from '../errors.ts';
import { messageOf } from '../records.ts';
import { retryTransient } from '../retry-transient.ts';
import { type Heartbeats, type MembershipState, startHeartbeats } from './heartbeats.ts';

/** Messages per chunk. */
const CHUNK_SIZE = 64;
const MAX_COMMIT_MS = 5000;

export interface BatchContext {
  readonly address: string;
  readonly busId: string;
  readonly heartbeatMs: number;
  readonly options: Pick<ConsumeOptions, 'topic' | 'onChunk'>;
  /** Once it aborts, no further chunk is started. */
  readonly ended: AbortSignal;
  /** Kept over all batches of the consumer. */
  readonly membership: MembershipState;
  /** Ends the consumer with an error. */
  readonly fail: (error: unknown) => void;
}

/** Passes a batch on in chunks. Rejects only with errors that make kafkajs join the group again. */
export async function handleBatch(payload: EachBatchPayload, context: BatchContext): Promise<void> {
  const { batch } = payload;
  const { options, ended, fail, membership } = context;
  // kafkajs delivers the other partitions of a fetch first and joins again only afterwards.
  if (!ended.aborted && membership.lostBy() !== undefined) throw membership.lostBy();
  const heartbeats = startHeartbeats(() => payload.heartbeat(), context.heartbeatMs, membership);
  const position = { bus: context.busId, topic: options.topic, partition: batch.partition };
  try {
    for (let first = 0; first < batch.messages.length; first += CHUNK_SIZE) {
      if (ended.aborted || membership.lostBy() !== undefined) break;
      const messages = batch.messages.slice(first, first + CHUNK_SIZE).map((record) => messageOf(record, position));
      await options.onChunk({ messages, ...chunkControls(payload, heartbeats, context) });
    }
  } catch (error) {
    // kafkajs would retry an error thrown by its handler forever.
    fail(error);
  } finally {
    heartbeats.stop();
  }
  // Without this, kafkajs would deliver the same messages again until the consumer has stopped.
  if (ended.aborted) payload.pause();
  else if (membership.lostBy() !== undefined) throw membership.lostBy();
}

function chunkControls(
  payload: EachBatchPayload,
  heartbeats: Heartbeats,
  { address, membership }: BatchContext,
): Omit<Chunk, 'messages'> {
  const { batch, isRunning, isStale, resolveOffset } = payload;
  const { topic, partition } = batch;
  let committed = -1;
  // The partition's next owner receives these messages again and finds them already handled.
  const unlessLost = (error: unknown) => {
    if (!membership.recordLost(error)) throw error;
  };
  return {
    isCurrent: () => membership.lostBy() === undefined && isRunning() && !isStale(),
    keepAlive: () => heartbeats.send(),
    async commit(nextOffset) {
      // Kafka would accept a smaller offset.
      if (nextOffset <= committed) return;
      const offsets = { topics: [{ topic, partitions: [{ partition, offset: String(nextOffset) }] }] };
      try {
        // `consumer.commitOffsets` would retry by itself, even while the group waits for this member to join again.
        const commitOnce = () => payload.commitOffsetsIfNecessary(offsets).catch(unlessLost);
        await retryTransient(commitOnce, {
          isTransient: (error) => isTransient(error, []),
          withinMs: MAX_COMMIT_MS,
          timeoutError: () => unavailable(address, `no response to a commit within ${MAX_COMMIT_MS / 1000} s`),
        });
        if (membership.lostBy() !== undefined) return;
        resolveOffset(String(nextOffset - 1));
        committed = nextOffset;
      } catch (error) {
        throw translated(error, address);
      }
    },
  };
}
