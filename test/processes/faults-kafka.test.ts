import { describe } from 'vitest';
import { sharedKafka } from '../support/kafka/shared-kafka.ts';
import { kafkaBus } from '../support/rounds/site.ts';
import { stageFaults } from './stage-faults.ts';

const kafka = await sharedKafka();

describe.skipIf(kafka.whyNone !== undefined)(`on Kafka${kafka.whyNone ? ` (skipped: ${kafka.whyNone})` : ''}`, () => {
  stageFaults(() => kafkaBus(kafka.address ?? ''));
});
