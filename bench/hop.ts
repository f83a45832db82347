import type { Message } from '../src/domain/messages.ts';

/** A path through Kafka: a producer and a consumer that only counts the messages. */
export interface Hop {
  /** Sends messages as one batch; resolves when the broker has acknowledged it. */
  send(messages: readonly Message[]): Promise<void>;
  /** The number of messages that the consumer has received. */
  readonly received: Counter;
  /** The number of messages whose offsets are committed. */
  readonly committed: Counter;
  close(): Promise<void>;
}

/** A counter that can be awaited. */
export interface Counter {
  add(count: number): void;
  /** Resolves when the counter reaches this number. */
  until(number: number): Promise<void>;
}

export function createCounter(): Counter {
  let now = 0;
  let waiting: { readonly number: number; readonly resolve: () => void }[] = [];
  return {
    add(count) {
      now += count;
      for (const { number, resolve } of waiting) if (number <= now) resolve();
      waiting = waiting.filter(({ number }) => number > now);
    },
    until(number) {
      if (number <= now) return Promise.resolve();
      return new Promise((resolve) => waiting.push({ number, resolve }));
    },
  };
}
