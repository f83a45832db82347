import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { openKafkaBus } from '../../src/adapters/kafka/broker.ts';
import { createPipeline, type DeadLetterLine, type Step } from '../../src/index.ts';
import type { Chunk, ReceivedMessage } from '../../src/ports/event-bus.ts';
import { kafkaOptions } from '../support/kafka/kafka-options.ts';
import { sharedKafka } from '../support/kafka/shared-kafka.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const kafka = await sharedKafka();
const address = kafka.address ?? '';
const skipped = kafka.whyNone ? ` (skipped: ${kafka.whyNone})` : '';

test.skipIf(kafka.whyNone !== undefined)(
  `on Kafka, dead letters of images, events and messages are copied to topics and can be replayed${skipped}`,
  async () => {
    const prefix = `t-${randomUUID()}.`;
    const bus = await openKafkaBus(kafkaOptions(address, { prefix }), { check: false });
    const pipeline = await createPipeline({ data: temporaryFolder(), broker: address, topicPrefix: prefix, count: 4 });
    onTestFinished(async () => {
      await pipeline.close();
      await bus.clear([]);
      await bus.close();
    });
    const { signal } = new AbortController();
    const withBug = (at: Step) => ({
      signal,
      drain: true,
      onStep: (step: Step) => {
        if (step === at) throw new TypeError('x is undefined');
      },
    });
    const list = async () => {
      const heads: DeadLetterLine[] = [];
      for await (const head of pipeline.deadLetters()) heads.push(head);
      return heads.map(({ id, reason }) => `${id} ${reason}`).reverse();
    };
    const copies = async (topic: string) => {
      const messages: ReceivedMessage[] = [];
      const onChunk = async (chunk: Chunk) => {
        messages.push(...chunk.messages);
        await chunk.commit(Number(chunk.messages.at(-1)?.position.offset) + 1);
      };
      await bus.consume({ topic, group: `reader-${randomUUID()}`, drain: true, signal, onChunk });
      return messages.map(({ value }) => JSON.parse(value).reason).sort();
    };

    const bytes = Uint8Array.of(0x7b, 0xff);
    const base64 = Buffer.from(bytes).toString('base64');
    await pipeline.receive([], { signal });
    await bus.publish('image_analysis', [{ key: 'default', headers: { a: 'b' }, value: '{', bytes }]);
    await pipeline.analyze(withBug('analyze:compared'));
    expect(await list()).toEqual(['1 internal', '2 internal', '3 internal', '4 internal', '5 bad_message']);
    const message = { key: 'default', headers: [{ name: 'a', value: 'b' }], value_base64: base64 };
    expect(await pipeline.deadLetter(5)).toMatchObject(message);

    expect((await pipeline.replay('all', { signal })).map(({ how }) => how)).toEqual(Array(5).fill('published'));
    expect(await pipeline.status({ check: true })).toMatchObject({ waiting: { analysis: 4, alert: 0 }, faults: [] });
    await pipeline.analyze({ signal, drain: true });
    expect(await list()).toEqual(['6 bad_message']);
    expect((await pipeline.deadLetter(6)).value_base64).toBe(base64);

    await pipeline.alert(withBug('alert:text'));
    expect(await list()).toEqual(['6 bad_message', '7 internal']);
    await pipeline.replay([7], { signal });
    expect(await pipeline.status({ check: true })).toMatchObject({ waiting: { analysis: 0, alert: 1 }, faults: [] });
    await pipeline.alert({ signal, drain: true });
    expect(await pipeline.status({ check: true })).toMatchObject({
      images: 4,
      events: 1,
      alerts: 1,
      dead_letters: 1,
      waiting: { analysis: 0, alert: 0 },
      faults: [],
    });
    expect(await copies('image_analysis_dead')).toEqual([
      ...Array(2).fill('bad_message'),
      ...Array(4).fill('internal'),
    ]);
    expect(await copies('image_event_alert_dead')).toEqual(['internal']);
  },
);
