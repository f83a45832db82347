import { inject } from 'vitest';
import type { SharedKafka } from './kafka-for-tests.ts';

/**
 * The broker that all test files share, or why there is none, so that tests can be skipped. To be awaited at the top of a
 * test file. Tests must use unique names for topics and groups.
 */
export async function sharedKafka(): Promise<SharedKafka> {
  return (await request('')) as SharedKafka;
}

/** Why no broker can be started here, or undefined if one can; for tests that start their own brokers. */
export async function whyNoKafka(): Promise<string | undefined> {
  return (await request('why-none')) as string | undefined;
}

async function request(path: string): Promise<unknown> {
  const response = await fetch(`${inject('kafka')}/${path}`);
  const { value, error } = (await response.json()) as { value?: unknown; error?: string };
  if (error !== undefined) throw new Error(`Kafka did not start for the tests: ${error}`);
  return value;
}
