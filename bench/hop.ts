import type { Message } from '../src/domain/messages.ts';

/** A way for messages through Kafka: sent to a topic, and taken from it by a consumer that does nothing with them. */
export interface Hop {
  /** Sends these together; answers once the broker has kept them. */
  send(messages: readonly Message[]): Promise<void>;
  /** How many messages its consumer has been handed. */
  readonly taken: Counter;
  /** How many of them are committed. */
  readonly committed: Counter;
  close(): Promise<void>;
}

/** A number that only grows, and can be waited for. */
export interface Counter {
  add(count: number): void;
  /** Answers once it has come to this number. */
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
