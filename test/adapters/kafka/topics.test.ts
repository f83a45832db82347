import { randomUUID } from 'node:crypto';
import { type ITopicConfig, Kafka, logLevel } from 'kafkajs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openKafkaBus } from '../../../src/adapters/kafka/broker.ts';
import type { KafkaOptions } from '../../../src/adapters/kafka/options.ts';
import type { Message } from '../../../src/domain/messages.ts';
import type { EventBus } from '../../../src/ports/event-bus.ts';
import { kafkaOptions } from '../../support/kafka/kafka-options.ts';
import { sharedKafka } from '../../support/kafka/shared-kafka.ts';

const kafka = await sharedKafka();
const address = kafka.address ?? '';
const skipped = kafka.whyNone ? ` (skipped: ${kafka.whyNone})` : '';

const TOPIC = 'image_analysis';
const COPIES = 'image_analysis_dead';

/** An admin client of kafkajs, to prepare topics. */
async function admin() {
  const client = new Kafka({ brokers: [address.replace('kafka://', '')], logLevel: logLevel.NOTHING }).admin();
  await client.connect();
  onTestFinished(() => client.disconnect());
  return client;
}

/** Creates a topic of a new prefix with these settings, and opens the bus on it. Resolves with the notices too. */
async function openOn(
  config: Readonly<Record<string, string>>,
  {
    over = {},
    topic = TOPIC,
    partitions = 6,
  }: { over?: Partial<KafkaOptions>; topic?: string; partitions?: number } = {},
) {
  const prefix = `t-${randomUUID()}.`;
  const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
  const made: ITopicConfig = { topic: prefix + topic, numPartitions: partitions, configEntries };
  const client = await admin();
  await client.createTopics({ topics: [made], waitForLeaders: false });
  await expect.poll(() => client.listTopics()).toContain(made.topic);
  const notices: string[] = [];
  const bus = await openKafkaBus(kafkaOptions(address, { prefix, ...over }), {
    check: true,
    onNotice: (text) => notices.push(text.replaceAll(prefix, '')),
  });
  onTestFinished(async () => {
    await bus.clear([]);
    await bus.close();
  });
  return { bus, notices };
}

const FOREVER = { 'retention.ms': '-1' };
const command = (setting: string, topic = TOPIC) =>
  `run 'kafka-configs.sh --bootstrap-server ${address.replace('kafka://', '')} --alter --entity-type topics --entity-name ${topic} --add-config ${setting}'`;

describe.skipIf(kafka.whyNone !== undefined)(`an existing topic on Kafka${skipped}`, () => {
  it.each(['compact', 'delete,compact', 'compact,delete'])(
    'that is compacted is refused with the command to run: %s',
    async (policy) => {
      await expect(openOn({ 'cleanup.policy': policy })).rejects.toMatchObject({
        code: 'config_invalid',
        exit: 2,
        message: expect.stringMatching(
          new RegExp(
            `image_analysis on ${address} is compacted .*--entity-name \\S+image_analysis --add-config cleanup.policy=delete'$`,
          ),
        ),
      });
    },
  );

  it('that requires more replicas in sync than it has is refused', async () => {
    await expect(openOn({ 'min.insync.replicas': '2' })).rejects.toMatchObject({
      code: 'config_invalid',
      message: expect.stringMatching(/has 1 replica, .*NOT_ENOUGH_REPLICAS.*min\.insync\.replicas=1'$/),
    });
  });

  it('with settings like those of a new one causes no notice', async () => {
    expect((await openOn(FOREVER)).notices).toEqual([]);
    const week = { over: { retention: 168 * 3_600_000 } };
    expect((await openOn({ 'retention.ms': String(168 * 3_600_000) }, week)).notices).toEqual([]);
  });

  it.each([
    [
      'retention.ms',
      { 'retention.ms': '7200000' },
      /^topic image_analysis deletes messages after 2 h .*kafka_retention is forever/,
    ],
    [
      'retention.bytes',
      { ...FOREVER, 'retention.bytes': '1000000' },
      /keeps only 1000000 bytes .*retention\.bytes=-1'$/,
    ],
    ['max.message.bytes', { ...FOREVER, 'max.message.bytes': '5000' }, /takes at most 5000 bytes at a time/],
  ])('that will cause trouble is named in one line: %s', async (_, config, words) => {
    const { notices } = await openOn(config);
    expect(notices).toEqual([expect.stringMatching(words)]);
    expect(notices[0]).toContain(command('').slice(0, -1));
    expect(notices[0]).not.toContain('\n');
  });

  it('with fewer partitions than configured is named, unless no analyzer reads it', async () => {
    const { notices } = await openOn(FOREVER, { partitions: 2 });
    expect(notices).toEqual([
      expect.stringMatching(/^topic image_analysis has 2 partitions, and kafka_partitions is 6: /),
    ]);
    expect((await openOn(FOREVER, { partitions: 2, topic: COPIES })).notices).toEqual([]);
    expect((await openOn(FOREVER, { partitions: 2, over: { partitions: 2 } })).notices).toEqual([]);
  });
});

function messages(count: number, size: number): Message[] {
  return Array.from({ length: count }, (_, index) => ({
    key: index % 2 === 0 ? 'sky' : 'garden',
    headers: { ce_id: String(index) },
    value: 'x'.repeat(size),
  }));
}

/** Every message of the bus's topic, by key in the order of delivery. */
async function delivered(bus: EventBus): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  await bus.consume({
    topic: TOPIC,
    group: 'image_analysis_group',
    drain: true,
    signal: new AbortController().signal,
    onChunk: async (chunk) => {
      for (const { key, headers } of chunk.messages)
        found.set(key, [...(found.get(key) ?? []), headers['ce_id'] ?? '']);
      await chunk.commit(Number(chunk.messages.at(-1)?.position.offset) + 1);
    },
  });
  return found;
}

describe.skipIf(kafka.whyNone !== undefined)(`a topic on Kafka with a small max.message.bytes${skipped}`, () => {
  it('gets a batch that is too large in smaller ones, each message at its position and in order', async () => {
    const { bus } = await openOn({ ...FOREVER, 'max.message.bytes': '3000' });
    const sent = messages(40, 500);
    const positions = await bus.publish(TOPIC, sent);
    expect(positions).toHaveLength(40);
    const found = await delivered(bus);
    const ids = (key: string) => sent.filter((each) => each.key === key).map(({ headers }) => headers['ce_id']);
    // A batch whose other half was refused is sent again.
    for (const key of ['sky', 'garden']) expect([...new Set(found.get(key))]).toEqual(ids(key));
    const newest = new Map(
      (await bus.newest([TOPIC])).map(({ headers, position }) => [
        `${position.partition}:${position.offset}`,
        headers['ce_id'],
      ]),
    );
    for (const [index, { partition, offset }] of positions.entries()) {
      const id = newest.get(`${partition}:${offset}`);
      if (id !== undefined) expect(id).toBe(String(index));
    }
    expect(newest.size).toBeGreaterThan(0);
  });

  it('refuses one message that is too large, which is named with the command to run', async () => {
    const { bus } = await openOn({ ...FOREVER, 'max.message.bytes': '3000' });
    await expect(bus.publish(TOPIC, messages(1, 5000))).rejects.toMatchObject({
      code: 'message_too_large',
      exit: 2,
      message: expect.stringMatching(
        /^topic \S+image_analysis on kafka:\S+ does not take a message of 50\d\d bytes, with key "sky" \(MESSAGE_TOO_LARGE\): run 'kafka-configs\.sh .* max\.message\.bytes=1048588'$/,
      ),
    });
    expect(await bus.publish(TOPIC, messages(2, 100))).toHaveLength(2);
  });
});
