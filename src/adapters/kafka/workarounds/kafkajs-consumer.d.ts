/** Parts of kafkajs 2.2.4 that it does not export: a consumer's place in its group, and what keeps it fetching. */
declare module 'kafkajs/src/consumer/consumerGroup.js' {
  interface ConsumerGroup {
    readonly instrumentationEmitter: { emit(event: string): void };
    heartbeat(options: { readonly interval: number }): Promise<void>;
    commitOffsets(offsets: unknown): Promise<void>;
  }
  const ConsumerGroup: { readonly prototype: ConsumerGroup };
  export default ConsumerGroup;
}

declare module 'kafkajs/src/consumer/runner.js' {
  interface Runner {
    /** False once the consumer has been told to stop. */
    readonly running: boolean;
    fetch(nodeId: string): Promise<unknown[]>;
  }
  const Runner: { readonly prototype: Runner };
  export default Runner;
}
