/** The classes of kafkajs 2.2.4 that the workarounds patch, and that it does not export. */

declare module 'kafkajs/src/consumer/consumerGroup.js' {
  /** A consumer's membership in its group. */
  interface ConsumerGroup {
    readonly instrumentationEmitter: { emit(event: string): void };
    heartbeat(options: { readonly interval: number }): Promise<void>;
    commitOffsets(offsets: unknown): Promise<void>;
  }
  const ConsumerGroup: { readonly prototype: ConsumerGroup };
  export default ConsumerGroup;
}

declare module 'kafkajs/src/consumer/runner.js' {
  /** A consumer's fetch loop. */
  interface Runner {
    /** False once the consumer is stopping. */
    readonly running: boolean;
    fetch(nodeId: string): Promise<unknown[]>;
  }
  const Runner: { readonly prototype: Runner };
  export default Runner;
}

declare module 'kafkajs/src/network/requestQueue/index.js' {
  /** The requests of one connection. */
  interface RequestQueue {
    /** Requests that have not been sent yet. */
    readonly pending: readonly unknown[];
    scheduleCheckPendingRequests(): void;
  }
  const RequestQueue: { readonly prototype: RequestQueue };
  export default RequestQueue;
}

declare module 'kafkajs/src/protocol/requests/fetch/index.js' {
  /** Marks the end of a transaction, or an offset to skip. Has no key or value for consumers. */
  interface ControlRecord {
    readonly offset: string;
    readonly isControlRecord: true;
    readonly key: null;
    readonly value: null;
    readonly batchContext: { readonly producerId: string; readonly inTransaction: boolean };
  }

  export interface FetchedPartition {
    readonly messages: ControlRecord[];
  }

  interface FetchProtocol {
    readonly response: {
      decode(raw: Buffer): Promise<{ readonly responses: readonly { readonly partitions: FetchedPartition[] }[] }>;
    };
  }

  /** The request to fetch messages, in all its versions. */
  interface Fetch {
    protocol(options: { readonly version: number }): (request: unknown) => FetchProtocol;
  }
  const Fetch: Fetch;
  export default Fetch;
}

declare module 'kafkajs/src/cluster/index.js' {
  import type { KafkaMessage, PartitionMetadata } from 'kafkajs';

  interface PartitionRequest {
    readonly partition: number;
    readonly fetchOffset: string;
    readonly maxBytes: number;
  }

  export interface FetchedTopic {
    readonly topic: string;
    readonly partitions: readonly PartitionRequest[];
  }

  interface FetchRequest {
    readonly isolationLevel: number;
    readonly minBytes: number;
    readonly maxWaitTime: number;
    readonly maxBytes: number;
    readonly topics: readonly FetchedTopic[];
  }

  interface FetchResponse {
    readonly responses: readonly {
      readonly topicName: string;
      readonly partitions: readonly {
        readonly partition: number;
        readonly messages: readonly (KafkaMessage & { readonly isControlRecord?: boolean })[];
      }[];
    }[];
  }

  interface TopicOffsets {
    readonly topic: string;
    readonly partitions: readonly { readonly partition: number; readonly offset: string }[];
  }

  /** The connections of a client to the brokers. */
  export interface Cluster {
    connect(): Promise<void>;
    disconnect(): Promise<void>;
    addMultipleTargetTopics(topics: readonly string[]): Promise<void>;
    findTopicPartitionMetadata(topic: string): readonly PartitionMetadata[];
    /** Partitions by the node id of their leader. */
    findLeaderForPartitions(topic: string, partitions: readonly number[]): Readonly<Record<string, readonly number[]>>;
    findBroker(options: { readonly nodeId: string }): Promise<{ fetch(request: FetchRequest): Promise<FetchResponse> }>;
    fetchTopicsOffset(
      topics: readonly {
        readonly topic: string;
        readonly partitions: readonly { readonly partition: number }[];
        readonly fromBeginning: boolean;
      }[],
    ): Promise<TopicOffsets[]>;
  }
}
