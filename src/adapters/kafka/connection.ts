import { withDeadline } from '../../base/deadlines.ts';

const MAX_DISCONNECT_MS = 1000;

/** A kafkajs client that opens when it is first used, and is replaced after a failure. */
export interface Connection<T> {
  /** Runs work on the open client. When the work rejects, the next use opens a new client. */
  use<R>(work: (client: Promise<T>) => Promise<R>): Promise<R>;
  /** Disconnects, also while the client is still connecting. Resolves within a second. */
  close(): Promise<void>;
}

export function createConnection<T extends { disconnect(): Promise<void> }>(connect: () => Promise<T>): Connection<T> {
  let current: Promise<T> | undefined;
  return {
    async use(work) {
      current ??= connect();
      const client = current;
      try {
        return await work(client);
      } catch (error) {
        if (current === client) current = undefined;
        void disconnect(client);
        throw error;
      }
    },
    async close() {
      const client = current;
      current = undefined;
      if (client === undefined) return;
      await withDeadline(MAX_DISCONNECT_MS, disconnect(client), () => new Error('disconnect timed out')).catch(
        () => {},
      );
    },
  };
}

async function disconnect(client: Promise<{ disconnect(): Promise<void> }>): Promise<void> {
  await client.then((open) => open.disconnect()).catch(() => {});
}
