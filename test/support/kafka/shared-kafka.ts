import { inject } from 'vitest';
import type { SharedKafka } from './kafka-for-tests.ts';

/**
 * The run's broker, for `await sharedKafka()` at the top of a test file: its address, or why there is none, so that what
 * needs it can be left out. Its topics and groups are everybody's: take names of your own.
 */
export async function sharedKafka(): Promise<SharedKafka> {
  return (await ask('')) as SharedKafka;
}

/** Why no broker can be started here, for tests that start brokers of their own; undefined where one can. */
export async function whyNoKafka(): Promise<string | undefined> {
  return (await ask('why-none')) as string | undefined;
}

async function ask(what: string): Promise<unknown> {
  const response = await fetch(`${inject('kafka')}/${what}`);
  const { value, error } = (await response.json()) as { value?: unknown; error?: string };
  if (error !== undefined) throw new Error(`there is no Kafka for the tests: ${error}`);
  return value;
}
