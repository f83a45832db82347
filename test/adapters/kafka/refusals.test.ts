import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { clockAheadBy } from '../../support/clock.ts';
import { imgpipe } from '../../support/imgpipe.ts';
import { kafkajsClient } from '../../support/kafka/kafkajs-client.ts';
import { sharedKafka } from '../../support/kafka/shared-kafka.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const kafka = await sharedKafka();
const address = kafka.address ?? '';

/** Receives on the broker with these settings. Resolves with how that ends, and with the topics of the prefix. */
async function receive(prefix: string, env: Readonly<Record<string, string>> = {}, data = newFolder()) {
  const settings = { IMGPIPE_BROKER: address, IMGPIPE_TOPIC_PREFIX: prefix, ...env };
  const { status, stderr } = await imgpipe(['receive', '--count', '2', '--data', data], { env: settings });
  const { admin } = await kafkajsClient(address);
  const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix)).sort();
  return { status, stderr: stderr.replaceAll(prefix, ''), topics };
}

const newFolder = () => path.join(temporaryFolder(), 'data');
const newPrefix = () => `t-${randomUUID()}.`;

describe.skipIf(kafka.whyNone !== undefined)(
  `what a broker refuses${kafka.whyNone ? ` (${kafka.whyNone})` : ''}`,
  () => {
    it.each([
      [
        'more replicas than brokers',
        { IMGPIPE_KAFKA_REPLICATION: '3' },
        /^imgpipe: kafka_replication: the cluster has fewer than 3 brokers \(INVALID_REPLICATION_FACTOR\): set a smaller/m,
      ],
      [
        'more partitions than it creates at a time',
        { IMGPIPE_KAFKA_PARTITIONS: '5000' },
        /^imgpipe: kafka_partitions, kafka_replication and kafka_retention: .* refused to create topic image_analysis \(POLICY_VIOLATION: /m,
      ],
    ])('of new topics ends the stage with exit 2 and the name of the setting: %s', async (_, env, words) => {
      const { status, stderr, topics } = await receive(newPrefix(), env);
      expect(stderr).toMatch(words);
      expect(status).toBe(2);
      expect(topics).toEqual([]);
    });

    it('of one new topic creates none of the others', async () => {
      const prefix = newPrefix();
      const { createTopic, admin } = await kafkajsClient(address);
      const similar = `${prefix.replace('.', '_')}image_analysis`;
      await createTopic(similar);
      const { status, stderr, topics } = await receive(prefix);
      expect(stderr).toMatch(
        /^imgpipe: topic_prefix: .* refused to create topic image_analysis \(.*INVALID_TOPIC_EXCEPTION/m,
      );
      expect(status).toBe(2);
      expect(topics).toEqual([]);
      await admin.deleteTopics({ topics: [similar] });
    });

    it('because of the clock, on a topic of others, ends the stage with exit 2, the time here and the setting of the topic', async () => {
      const prefix = newPrefix();
      await (await kafkajsClient(address)).createTopic(`${prefix}image_analysis`);
      const { status, stderr } = await receive(prefix, clockAheadBy(2));
      expect(stderr).toMatch(
        /refused the time of a message on topic image_analysis \(INVALID_TIMESTAMP: .*check the clock of this machine, which says \d{4}-.*message\.timestamp\.type=LogAppendTime/,
      );
      expect(status).toBe(2);
    });
  },
);

describe.skipIf(kafka.whyNone !== undefined)('what a stage refuses on a broker', () => {
  it('creates no topic where an existing one is compacted', async () => {
    const prefix = newPrefix();
    const { admin } = await kafkajsClient(address);
    const compacted = `${prefix}image_event_alert`;
    const configEntries = [{ name: 'cleanup.policy', value: 'compact' }];
    await admin.createTopics({ topics: [{ topic: compacted, configEntries }] });
    const { status, stderr, topics } = await receive(prefix);
    expect(stderr).toMatch(/^imgpipe: topic image_event_alert on \S+ is compacted/m);
    expect(status).toBe(2);
    expect(topics).toEqual([compacted]);
  });

  it('creates no topic where the pipeline has its messages elsewhere', async () => {
    const [elsewhere, prefix, data] = [newPrefix(), newPrefix(), newFolder()];
    expect(await receive(elsewhere, {}, data)).toMatchObject({ status: 0 });
    const { status, stderr, topics } = await receive(prefix, {}, data);
    expect(stderr).toMatch(/--rebind/);
    expect(status).toBe(2);
    expect(topics).toEqual([]);
  });
});
