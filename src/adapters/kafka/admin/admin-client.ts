import type { Admin } from 'kafkajs';
import { withDeadline } from '../../../base/deadlines.ts';
import { createClient, RETRY } from '../client.ts';
import { createConnection } from '../connection.ts';
import { isTransient, translated, unavailable } from '../errors.ts';
import { addressOf, type KafkaOptions } from '../options.ts';
import { retryTransient } from '../retry-transient.ts';

/** Reads and changes topics, groups and offsets of the cluster. */
export interface AdminClient {
  /** Runs one or several requests; transient failures are retried until the deadline. Throws ImgpipeErrors for broker failures. */
  call<T>(requests: (admin: Admin) => Promise<T>, withinMs?: number): Promise<T>;
  close(): Promise<void>;
}

/** An admin client that connects when it is first used. `retries` is how often kafkajs retries by itself. */
export function createAdminClient(options: KafkaOptions, retries = RETRY.retries ?? 0): AdminClient {
  const address = addressOf(options);
  const connection = createConnection(async () => {
    const admin = createClient(options, retries).admin({ retry: { ...RETRY, retries } });
    await admin.connect();
    return admin;
  });

  return {
    async call(requests, withinMs = 2 * options.requestTimeout) {
      const over = new AbortController();
      let lastError: unknown;
      const isRetriable = (error: unknown) => {
        lastError = error;
        return isTransient(error, options.hosts);
      };
      const late = () =>
        lastError instanceof Error ? lastError : unavailable(address, `no response within ${withinMs / 1000} s`);
      const attempt = () => connection.use(async (admin) => requests(await admin));
      try {
        return await withDeadline(withinMs, retryTransient(attempt, isRetriable, over.signal), late);
      } catch (error) {
        throw translated(error, address);
      } finally {
        over.abort();
      }
    },
    close: () => connection.close(),
  };
}
