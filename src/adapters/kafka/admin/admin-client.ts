import type { Admin } from 'kafkajs';
import { createClient, RETRY } from '../client.ts';
import { createConnection } from '../connection.ts';
import { isTransient, translated, unavailable } from '../errors.ts';
import { addressOf, type KafkaOptions } from '../options.ts';
import type { RequestSubject } from '../refusals.ts';
import { retryTransient } from '../retry-transient.ts';
import { withSilenceLimit } from './silence-limit.ts';

/** Reads and changes topics, groups and offsets of the cluster. */
export interface AdminClient {
  /**
   * Runs one or several requests. Rejects when the broker has been silent for too long: a broker that responds slowly is
   * waited for. Transient failures are retried for a while. Throws ImgpipeErrors for broker failures.
   */
  call<T>(requests: (admin: Admin) => Promise<T>, options?: CallOptions): Promise<T>;
  close(): Promise<void>;
}

export interface CallOptions {
  /** How long the broker may be silent, in milliseconds; by default the request timeout. */
  readonly silenceMs?: number;
  /** What the requests are about, for errors. */
  readonly subject?: RequestSubject;
}

/** An admin client that connects when it is first used. `retries` is how often kafkajs retries by itself. */
export function createAdminClient(options: KafkaOptions, retries = RETRY.retries ?? 0): AdminClient {
  const address = addressOf(options);
  const { requestTimeout } = options;
  let respondedAt = Number.NEGATIVE_INFINITY;
  const connection = createConnection(async () => {
    const admin = createClient(options, retries).admin({ retry: { ...RETRY, retries } });
    // Emitted for each response.
    admin.on(admin.events.REQUEST, () => {
      respondedAt = performance.now();
    });
    await admin.connect();
    return admin;
  });
  const noResponse = (ms: number) => () => unavailable(address, `no response within ${ms / 1000} s`);

  return {
    async call(requests, { silenceMs = requestTimeout, subject } = {}) {
      const attempt = () =>
        connection.use((admin) =>
          withSilenceLimit(admin.then(requests), { silenceMs, lastSignAt: () => respondedAt }, noResponse(silenceMs)),
        );
      try {
        return await retryTransient(attempt, {
          isTransient: (error) => isTransient(error, options.hosts),
          withinMs: 2 * requestTimeout,
          failingMs: Math.min(silenceMs, 2 * requestTimeout),
          timeoutError: noResponse(2 * requestTimeout),
        });
      } catch (error) {
        throw translated(error, address, subject);
      }
    },
    close: () => connection.close(),
  };
}
