import type { Admin } from 'kafkajs';
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
      try {
        return await retryTransient(() => connection.use(async (admin) => requests(await admin)), {
          isTransient: (error) => isTransient(error, options.hosts),
          withinMs,
          timeoutError: () => unavailable(address, `no response within ${withinMs / 1000} s`),
        });
      } catch (error) {
        throw translated(error, address);
      }
    },
    close: () => connection.close(),
  };
}
