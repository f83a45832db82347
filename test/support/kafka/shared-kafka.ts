import { inject } from 'vitest';
import { requestServer } from '../shared-server.ts';
import type { SharedKafka } from './kafka-for-tests.ts';

/**
 * The broker that all test files share, or why there is none, so that tests can be skipped. To be awaited at the top of a
 * test file. Tests must use unique names for topics and groups.
 */
export async function sharedKafka(): Promise<SharedKafka> {
  return (await requestServer(inject('kafka'), 'Kafka')) as SharedKafka;
}

/** Why no broker can be started here, or undefined if one can; for tests that start their own brokers. */
export async function whyNoKafka(): Promise<string | undefined> {
  return (await requestServer(`${inject('kafka')}/why-none`, 'Kafka')) as string | undefined;
}
