import { describe } from 'vitest';
import { sharedKafka } from '../support/shared-kafka.ts';
import { kafkaBus } from '../support/site.ts';
import { stageFaults } from './stage-faults.ts';

const kafka = await sharedKafka();

describe.skipIf(kafka.whyNone !== undefined)(`on Kafka${kafka.whyNone ? ` (left out: ${kafka.whyNone})` : ''}`, () => {
  stageFaults(() => kafkaBus(kafka.address ?? ''));
});
