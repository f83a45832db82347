import { randomUUID } from 'node:crypto';
import { imageReceivedMessage, type Message } from '../src/domain/messages.ts';

/** Messages like those that receive publishes, all of one stream. */
export function someMessages(count: number): Message[] {
  const pipeline = randomUUID();
  return Array.from({ length: count }, (_, index) =>
    imageReceivedMessage(pipeline, {
      stream: 'default',
      number: index + 1,
      format: 'jpg',
      origin: 'bench',
      sha256: 'c7'.repeat(32),
      bytes: 25_000,
      mask: null,
      capture: null,
      file: null,
      movedTo: null,
      receivedAt: new Date().toISOString(),
      receiptId: randomUUID(),
      attempt: 1,
      state: 'ready',
      fact: null,
      position: null,
    }),
  );
}
