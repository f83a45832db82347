import type { Admin } from 'kafkajs';
import { withDeadline } from '../../../base/deadlines.ts';
import { createClient, RETRY } from '../client.ts';
import { isPassing, translated, unavailable } from '../errors.ts';
import { addressOf, type KafkaOptions } from '../options.ts';
import { putAway } from '../put-away.ts';
import { untilSettled } from '../retry-transient.ts';

/** Asks the cluster about topics, groups and offsets. */
export interface AdminLine {
  /** One question, or several that belong together. Throws ImgpipeErrors for what the broker is to blame for. */
  ask<T>(question: (admin: Admin) => Promise<T>, withinMs?: number): Promise<T>;
  close(): Promise<void>;
}

/** A connection that is made when it is first needed, and anew after a failure. */
export function createAdminLine(options: KafkaOptions, retries = RETRY.retries ?? 0): AdminLine {
  const address = addressOf(options);
  let current: Promise<Admin> | undefined;

  async function connect(): Promise<Admin> {
    const admin = createClient(options, retries).admin({ retry: { ...RETRY, retries } });
    await admin.connect();
    return admin;
  }

  async function once<T>(question: (admin: Admin) => Promise<T>): Promise<T> {
    current ??= connect();
    const admin = current;
    try {
      return await question(await admin);
    } catch (error) {
      if (current === admin) current = undefined;
      admin.then(hangUp, () => {});
      throw error;
    }
  }

  return {
    async ask(question, withinMs = 2 * options.requestTimeout) {
      const over = new AbortController();
      let passing: unknown;
      const isPassingHere = (error: unknown) => {
        passing = error;
        return isPassing(error, options.hosts);
      };
      const late = () =>
        passing instanceof Error ? passing : unavailable(address, `no answer within ${withinMs / 1000} s`);
      try {
        return await withDeadline(
          withinMs,
          untilSettled(() => once(question), isPassingHere, over.signal),
          late,
        );
      } catch (error) {
        throw translated(error, address);
      } finally {
        over.abort();
      }
    },
    async close() {
      if (current !== undefined) await putAway(current, hangUp);
      current = undefined;
    },
  };
}

async function hangUp(admin: Admin): Promise<void> {
  await admin.disconnect().catch(() => {});
}
