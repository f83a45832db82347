import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openKafkaBus } from '../../../src/adapters/kafka/broker.ts';
import type { EventBus } from '../../../src/ports/event-bus.ts';
import { kafkaOptions } from '../../support/kafka/kafka-options.ts';
import { kafkajsClient } from '../../support/kafka/kafkajs-client.ts';
import { sharedKafka } from '../../support/kafka/shared-kafka.ts';

const kafka = await sharedKafka();
const address = kafka.address ?? '';

const TOPIC = 'image_analysis';
const GROUP = 'image_analysis_group';
/** Each message gets a segment of its own, because only segments that are not written to any more are compacted. */
const SEGMENT_MS = 20;
const COMPACTED = {
  'cleanup.policy': 'compact',
  'min.cleanable.dirty.ratio': '0.01',
  'delete.retention.ms': '1',
};

async function openBus(prefix: string) {
  const bus = await openKafkaBus(kafkaOptions(address, { prefix, partitions: 1 }), { check: false });
  await bus.renew();
  onTestFinished(() => bus.close());
  return bus;
}

/** Consumes until the group has committed the end of the log. Resolves with the ids in the order of delivery. */
async function drained(bus: EventBus): Promise<string[]> {
  const found: string[] = [];
  await bus.consume({
    topic: TOPIC,
    group: GROUP,
    drain: true,
    signal: AbortSignal.timeout(10_000),
    onChunk: async (chunk) => {
      found.push(...chunk.messages.map(({ headers }) => headers['ce_id'] ?? ''));
      await chunk.commit(Number(chunk.messages.at(-1)?.position.offset) + 1);
    },
  });
  return found;
}

describe.skipIf(kafka.whyNone !== undefined)(`a compacted topic${kafka.whyNone ? ` (${kafka.whyNone})` : ''}`, () => {
  it('is consumed to its end, also where nothing but an empty batch is left of a producer', async () => {
    const prefix = `t-${randomUUID()}.`;
    const first = await openBus(prefix);
    const second = await openBus(prefix);
    const { admin } = await kafkajsClient(address);
    const configure = (settings: Readonly<Record<string, string>>) =>
      admin.alterConfigs({
        validateOnly: false,
        resources: [
          {
            type: 2,
            name: prefix + TOPIC,
            configEntries: Object.entries(settings).map(([name, value]) => ({ name, value })),
          },
        ],
      });
    await configure({ 'segment.ms': String(SEGMENT_MS) });
    for (const [index, bus] of [first, first, second, second].entries()) {
      await bus.publish(TOPIC, [{ key: 'sky', headers: { ce_id: String(index + 1) }, value: 'x'.repeat(600_000) }]);
      await sleep(2 * SEGMENT_MS);
    }
    await configure({ 'segment.ms': String(SEGMENT_MS), ...COMPACTED });
    // Compaction leaves the start of the log as it is, and here no message in its first segment.
    const firstMessage = () => admin.fetchTopicOffsetsByTimestamp(prefix + TOPIC, 0);
    await expect.poll(firstMessage, { timeout: 20_000, interval: 200 }).not.toEqual([{ partition: 0, offset: '0' }]);
    expect(await first.logs(TOPIC)).toEqual([{ partition: 0, start: 0, end: 4 }]);
    expect(await drained(first)).toEqual(['3', '4']);
    expect(await first.committed(TOPIC, GROUP)).toEqual(new Map([[0, 4]]));
  });
});
