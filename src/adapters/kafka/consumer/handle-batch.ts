import type { EachBatchPayload } from 'kafkajs';
import { withDeadline } from '../../../base/deadlines.ts';
import type { Chunk, ConsumeOptions } from '../../../ports/event-bus.ts';
import { isPassing, translated, unavailable } from '../errors.ts';
import { messageOf } from '../records.ts';
import { untilSettled } from '../retry-transient.ts';
import { createPulse, type Pulse } from './heartbeats.ts';
import type { Standing } from './membership-state.ts';

/** How many messages are handed on together. */
const CHUNK = 64;
const MAX_COMMIT_MS = 5000;

export interface BatchParts {
  readonly address: string;
  readonly busId: string;
  readonly heartbeatMs: number;
  readonly options: Pick<ConsumeOptions, 'topic' | 'onChunk'>;
  /** Once it aborts, no further chunk is begun. */
  readonly ended: AbortSignal;
  /** How the consumer stands with its group, over all batches. */
  readonly standing: Standing;
  /** Ends the consumer with an error. */
  readonly fail: (error: unknown) => void;
}

/** HandlerContext a batch on, chunk by chunk. Nothing comes out of it but what tells kafkajs to join the group again. */
export async function handleBatch(payload: EachBatchPayload, parts: BatchParts): Promise<void> {
  const { batch } = payload;
  const { options, ended, fail } = parts;
  // kafkajs hands out the other partitions of a fetch first, and joins the group again only then.
  if (!ended.aborted && parts.standing.lost() !== undefined) throw parts.standing.lost();
  const pulse = createPulse(() => payload.heartbeat(), parts.heartbeatMs, parts.standing);
  const position = { bus: parts.busId, topic: options.topic, partition: batch.partition };
  try {
    for (let first = 0; first < batch.messages.length; first += CHUNK) {
      if (ended.aborted || pulse.lost() !== undefined) break;
      const messages = batch.messages.slice(first, first + CHUNK).map((record) => messageOf(record, position));
      await options.onChunk({ messages, ...hold(payload, pulse, parts) });
    }
  } catch (error) {
    // Out of the handler, kafkajs would try it again without end.
    fail(error);
  } finally {
    pulse.stop();
  }
  // Until the consumer has stopped it would be given the same messages again and again.
  if (ended.aborted) payload.pause();
  else if (pulse.lost() !== undefined) throw pulse.lost();
}

/** What a stage may do with a chunk of this batch. */
function hold(payload: EachBatchPayload, pulse: Pulse, { address }: BatchParts): Omit<Chunk, 'messages'> {
  const { batch, isRunning, isStale, resolveOffset } = payload;
  const { topic, partition } = batch;
  let committed = -1;
  // Whoever has the partition now is given these messages again, and finds them done.
  const unlessLost = (error: unknown) => {
    if (!pulse.tellLost(error)) throw error;
  };
  return {
    isCurrent: () => pulse.lost() === undefined && isRunning() && !isStale(),
    keepAlive: () => pulse.beat(),
    async commit(nextOffset) {
      // Kafka itself would go back.
      if (nextOffset <= committed) return;
      const offsets = { topics: [{ topic, partitions: [{ partition, offset: String(nextOffset) }] }] };
      const late = () => unavailable(address, `no answer to a commit within ${MAX_COMMIT_MS / 1000} s`);
      const over = new AbortController();
      try {
        // The consumer's own commit tries again by itself, also where the group waits for this member to come back.
        const tryOnce = () => payload.commitOffsetsIfNecessary(offsets).catch(unlessLost);
        await withDeadline(
          MAX_COMMIT_MS,
          untilSettled(tryOnce, (error) => isPassing(error, []), over.signal),
          late,
        );
        if (pulse.lost() !== undefined) return;
        resolveOffset(String(nextOffset - 1));
        committed = nextOffset;
      } catch (error) {
        throw translated(error, address);
      } finally {
        over.abort();
      }
    },
  };
}
