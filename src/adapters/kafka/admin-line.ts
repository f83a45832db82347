import type { Admin } from 'kafkajs';
import { createClient, RETRY } from './client.ts';
import { within } from './deadline.ts';
import { translated, unavailable } from './errors.ts';
import { addressOf, type KafkaOptions } from './options.ts';

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

  return {
    async ask(question, withinMs = 2 * options.requestTimeout) {
      current ??= connect();
      const admin = current;
      try {
        const answer = (async () => question(await admin))();
        return await within(withinMs, answer, () => unavailable(address, `no answer within ${withinMs / 1000} s`));
      } catch (error) {
        if (current === admin) current = undefined;
        admin.then(hangUp, () => {});
        throw translated(error, address);
      }
    },
    async close() {
      const admin = await current?.catch(() => undefined);
      current = undefined;
      if (admin !== undefined) await hangUp(admin);
    },
  };
}

async function hangUp(admin: Admin): Promise<void> {
  await admin.disconnect().catch(() => {});
}
