import { inject } from 'vitest';
import type { SharedKafka } from './kafka-for-tests.ts';

/**
 * The run's broker, for `await sharedKafka()` at the top of a test file: its address, or why there is none, so that what
 * needs it can be left out. Its topics and groups are everybody's: take names of your own.
 */
export async function sharedKafka(): Promise<SharedKafka> {
  const response = await fetch(inject('kafka'));
  if (!response.ok) throw new Error(`the run's Kafka did not start: ${await response.text()}`);
  return (await response.json()) as SharedKafka;
}
