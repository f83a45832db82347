import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { openKafkaBus } from '../../src/adapters/kafka/broker.ts';
import { createPipeline } from '../../src/index.ts';
import { kafkaOptions } from '../support/kafka/kafka-options.ts';
import { sharedKafka } from '../support/kafka/shared-kafka.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const kafka = await sharedKafka();
const address = kafka.address ?? '';
const skipped = kafka.whyNone ? ` (skipped: ${kafka.whyNone})` : '';

test.skipIf(kafka.whyNone !== undefined)(
  `on Kafka, a technique that is added later has its own group and analyzes the past images${skipped}`,
  async () => {
    const prefix = `t-${randomUUID()}.`;
    const bus = await openKafkaBus(kafkaOptions(address, { prefix }), { check: false });
    const settings = { data: temporaryFolder(), broker: address, topicPrefix: prefix, count: 8 };
    const [l2, changed] = [await createPipeline(settings), await createPipeline({ ...settings, technique: 'changed' })];
    onTestFinished(async () => {
      for (const pipeline of [l2, changed]) await pipeline.close();
      await bus.clear([]);
      await bus.close();
    });
    const drain = { signal: new AbortController().signal, drain: true };
    await l2.receive([], drain);
    await l2.analyze(drain);
    await changed.analyze(drain);
    await l2.alert(drain);
    const status = await l2.status({ check: true });
    expect(status).toMatchObject({ images: 8, analyzed: 8, events: 4, alerts: 4, faults: [] });
    expect(status.techniques.map(({ technique, outcomes }) => [technique, outcomes.changed])).toEqual([
      ['changed@2', 2],
      ['l2@2', 2],
    ]);
    const committed = async (group: string) => (await bus.committed('image_analysis', group)).size;
    expect(await committed('image_analysis_group')).toBe(1);
    expect(await committed('image_analysis_group.changed')).toBe(1);
  },
);
