import type { ImgpipeError } from '../domain/errors.ts';
import type { Message } from '../domain/messages.ts';
import type { RecordPosition } from '../domain/records.ts';

export interface ReceivedMessage extends Message {
  readonly position: RecordPosition;
}

/** Messages of one partition, in order, for one consumer group. */
export interface Chunk {
  readonly messages: readonly ReceivedMessage[];
  /** False once the partition is assigned to another consumer, which then handles what is not committed. */
  isCurrent(): boolean;
  /** Keeps this consumer in its group; to be called during long waits. */
  keepAlive(): Promise<void>;
  /** Commits every offset below this one. A lower offset than the committed one changes nothing. */
  commit(nextOffset: number): Promise<void>;
}

/** A change in the state of a consumer. */
export type ConsumerNotice =
  /** Another consumer of the group has the work, and this one takes over when it ends. `holder` names it, if it is one. */
  | { readonly kind: 'standing_by'; readonly holder?: string }
  /** The consumer takes messages; of these partitions, on a bus that assigns partitions. */
  | { readonly kind: 'working'; readonly share?: Share }
  /** The lock of the group was lost; the consumer acquires it again. */
  | { readonly kind: 'lock_lost'; readonly lock: string }
  /** A member joined or left, and the group assigns its partitions again. */
  | { readonly kind: 'rebalancing' }
  /** The group has not admitted the consumer yet: it waits until a member that vanished has timed out. */
  | { readonly kind: 'joining'; readonly givesUpAfterMs: number }
  /** The bus does not answer; the consumer keeps retrying. */
  | { readonly kind: 'unreachable'; readonly error: ImgpipeError }
  | { readonly kind: 'reachable' };

/** The partitions assigned to a consumer, out of `of` that the topic has. */
export interface Share {
  readonly partitions: readonly number[];
  readonly of: number;
}

export interface ConsumeOptions {
  readonly topic: string;
  readonly group: string;
  /** Stops the consumer once the current chunk is handled. */
  readonly signal: AbortSignal;
  /** Ends the consumer once everything in the topic has been handled, by it or by others of its group. */
  readonly drain: boolean;
  /** Handles a chunk and commits. It handles its own errors: one that escapes ends `consume`. */
  readonly onChunk: (chunk: Chunk) => Promise<void>;
  readonly onNotice?: (notice: ConsumerNotice) => void;
}

/** One partition of a topic: its log holds the offsets from `start` up to, but not including, `end`. */
export interface PartitionOffsets {
  readonly partition: number;
  readonly start: number;
  readonly end: number;
}

/**
 * Carries messages from stage to stage: in order for each key, at least once, to consumer groups that each get every
 * message from the start of the log.
 */
export interface EventBus {
  /** Identifies the bus, as it was opened or last renewed: `embedded`, or a cluster's id with the prefix. */
  readonly id: string;
  /** For people: `embedded`, or `kafka://host:port`. */
  readonly address: string;
  /**
   * Resolves once the messages are durable, with their positions in the order given. The value of a message with
   * `bytes` is those bytes.
   */
  publish(topic: string, messages: readonly Message[]): Promise<RecordPosition[]>;
  /** Resolves when the consumer has stopped or drained; rejects with what `onChunk` throws, its chunk uncommitted. */
  consume(options: ConsumeOptions): Promise<void>;
  /** The committed offset of each partition, which is the next one to consume; a partition without a commit is left out. */
  committed(topic: string, group: string): Promise<ReadonlyMap<number, number>>;
  /** The partitions of a topic as they are now; none of a topic that does not exist. */
  logs(topic: string): Promise<PartitionOffsets[]>;
  /** Creates topics that are missing, and reads the id again: another cluster may have the address by now. */
  renew(): Promise<void>;
  /** The name of a topic or group on this bus, with its prefix. */
  nameOf(topicOrGroup: string): string;
  /** Descriptions of the consumers in a group; none on a bus whose groups are held by locks. */
  members(group: string): Promise<string[]>;
  /** Some of the newest messages of these topics: of each partition at most 16. None where they may not be read. */
  newest(topics: readonly string[]): Promise<readonly ReceivedMessage[]>;
  /**
   * Deletes the pipeline's topics with their messages, and these consumer groups with their commits; resolves once they
   * are deleted. Throws `broker_refused` or `in_use`, if it can tell before it has deleted anything.
   */
  clear(groups: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

export interface OpenBusOptions {
  /** Checks the topics that exist. Those that are missing are created by `renew`, or when they are first used. */
  readonly check: boolean;
  /** Called with a sentence for each setting of an existing topic that will cause trouble. */
  readonly onNotice?: (text: string) => void;
}

/** A bus that may be unreachable. Its address is known before it is opened. */
export interface Broker {
  /** For people: `embedded`, or `kafka://host:port`. */
  readonly address: string;
  /**
   * Throws `broker_unavailable` once the broker is silent for too long, `broker_refused` if it denies access, and
   * `config_invalid` for settings of the bus or of its topics with which no pipeline can work.
   */
  open(options: OpenBusOptions): Promise<EventBus>;
}
