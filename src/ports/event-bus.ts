import type { ImgpipeError } from '../domain/errors.ts';
import type { Message } from '../domain/messages.ts';
import type { RecordPosition } from '../domain/records.ts';

export interface ReceivedMessage extends Message {
  readonly position: RecordPosition;
}

/** Messages of one partition, in order, that wait for one consumer group. */
export interface Chunk {
  readonly messages: readonly ReceivedMessage[];
  /** False once the partition is no longer this consumer's: what is not committed is another's to do. */
  isCurrent(): boolean;
  /** Tells the group that this consumer lives; to be called while it waits. */
  keepAlive(): Promise<void>;
  /** Keeps that all before this offset is handled. */
  commit(nextOffset: number): Promise<void>;
}

/** What a consumer tells of itself. */
export type ConsumerNotice =
  /** Another consumer of this group has the work, and this one takes over when it ends; without a holder, several have. */
  | { readonly kind: 'standing_by'; readonly holder?: string }
  /** It takes messages; on a bus that shares out partitions, of these. */
  | { readonly kind: 'working'; readonly share?: Share }
  /** A member came or went, and the group shares out its partitions anew. */
  | { readonly kind: 'rebalancing' }
  /** The group has not let it in yet: a member that went without a word is given up first. */
  | { readonly kind: 'joining'; readonly givesUpAfterMs: number }
  /** The bus has stopped answering; the consumer goes on trying by itself. */
  | { readonly kind: 'unreachable'; readonly error: ImgpipeError }
  | { readonly kind: 'reachable' };

/** A consumer's partitions, of as many as the topic has. */
export interface Share {
  readonly partitions: readonly number[];
  readonly of: number;
}

export interface ConsumeOptions {
  readonly topic: string;
  readonly group: string;
  /** Stops taking; the chunk in hand is finished first. */
  readonly signal: AbortSignal;
  /** Ends when all that the topic held has been handled, by this consumer or by its group. */
  readonly drain: boolean;
  readonly onChunk: (chunk: Chunk) => Promise<void>;
  readonly onNotice?: (notice: ConsumerNotice) => void;
}

/** One partition of a topic, as a consumer group sees it. Offsets in the log run from `start` to before `end`. */
export interface PartitionOffsets {
  readonly partition: number;
  readonly start: number;
  readonly end: number;
}

/**
 * Carries messages from stage to stage: ordered for each key, at least once, for consumer groups that each see all
 * messages from the log's beginning, with offsets that can be read. `onChunk` must settle its own errors: one that escapes it ends `consume` with that error, uncommitted.
 */
export interface EventBus {
  /** Which bus this is: `embedded`, or a cluster's id with the prefix. */
  readonly id: string;
  /** For people: `embedded`, or `kafka://host:port`. */
  readonly address: string;
  /** Answers once the messages are kept, with their places in the order given. One with `bytes` has these as its value. */
  publish(topic: string, messages: readonly Message[]): Promise<RecordPosition[]>;
  consume(options: ConsumeOptions): Promise<void>;
  /** The next offset that each partition's group would take; a partition without a commit is left out. */
  committed(topic: string, group: string): Promise<ReadonlyMap<number, number>>;
  /** Each partition's log as it is now. */
  logs(topic: string): Promise<PartitionOffsets[]>;
  /** The name that a topic or a group has there. */
  nameOf(topicOrGroup: string): string;
  /** The consumers that the bus itself knows of in a group, as people are told of them; a bus that leaves that to locks knows none. */
  members(group: string): Promise<string[]>;
  /** The pipeline's groups that the bus has ever had consumers of. */
  groups(): Promise<string[]>;
  /** Forgets all messages and offsets of the pipeline's topics, and answers once they are gone. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

export interface OpenBusOptions {
  /** Makes the topics that are not there. */
  readonly create: boolean;
  /** Gives up after this long. */
  readonly withinMs: number;
}

/** What carries the messages, and may be out of reach: the address is known, the bus once it answers. */
export interface Broker {
  /** For people: `embedded`, or `kafka://host:port`. */
  readonly address: string;
  /** Throws `broker_unavailable`, or `broker_refused` where it lets nobody like us in. */
  open(options: OpenBusOptions): Promise<EventBus>;
}
