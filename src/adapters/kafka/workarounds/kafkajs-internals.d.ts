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
