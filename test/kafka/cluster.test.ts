import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { portProblem } from '../../kafka/ports.ts';
import { type KafkaCluster, type KafkaNode, startKafka } from '../support/kafka/kafka-cluster.ts';
import { kafkajsClient } from '../support/kafka/kafkajs-client.ts';
import { sharedKafka, whyNoKafka } from '../support/kafka/shared-kafka.ts';
import { startUntilTestEnds } from '../support/start-until-test-ends.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const whyNone = await whyNoKafka();
const skipped = whyNone ? ` (skipped: ${whyNone})` : '';

describe.skipIf(whyNone !== undefined)(`a broker of one node${skipped}`, () => {
  let kafka: KafkaCluster;
  let node: KafkaNode;
  beforeAll(async () => {
    kafka = await startKafka({ properties: { 'num.partitions': '3' } });
    node = kafka.nodes[0] as KafkaNode;
  });
  afterAll(() => kafka?.close());

  it('keeps its address and messages over a clean stop and a start', async () => {
    const client = await kafkajsClient(kafka.address);
    await client.createTopic('stop');
    await client.send('stop', 'a', 'b');
    await node.stop();
    await node.start();
    await client.send('stop', 'c');
    expect(await client.count('stop')).toBe(3);
  });

  it('keeps acknowledged messages when it is killed', async () => {
    const client = await kafkajsClient(kafka.address);
    await client.createTopic('kill');
    await client.send('kill', 'a', 'b');
    await node.kill();
    await node.start();
    expect(await client.count('kill')).toBe(2);
  });

  it('does not respond while it is frozen, and continues when it is thawed', async () => {
    const client = await kafkajsClient(kafka.address);
    await client.createTopic('freeze');
    node.freeze();
    onTestFinished(() => node.thaw());
    const impatient = kafkajsClient(kafka.address, { requestTimeout: 1000, retry: { retries: 1 } });
    await expect(impatient).rejects.toThrow();
    node.thaw();
    await client.send('freeze', 'a');
    expect(await client.count('freeze')).toBe(1);
  });

  it('creates no topics automatically, and uses the given properties', async () => {
    const { admin, send } = await kafkajsClient(kafka.address, { retry: { retries: 1 } });
    await expect(send('nowhere', 'a')).rejects.toThrow(/topic/);
    expect(await admin.listTopics()).not.toContain('nowhere');
    await admin.createTopics({ topics: [{ topic: 'somewhere' }], waitForLeaders: true });
    const { topics } = await admin.fetchTopicMetadata({ topics: ['somewhere'] });
    expect(topics[0]?.partitions).toHaveLength(3);
  });

  it('accepts a session timeout of half a second', async () => {
    const client = await kafkajsClient(kafka.address);
    await client.createTopic('session');
    const consumer = client.kafka.consumer({ groupId: 'readers', sessionTimeout: 500, heartbeatInterval: 100 });
    onTestFinished(() => consumer.disconnect());
    await consumer.connect();
    await consumer.subscribe({ topic: 'session' });
    const joined = new Promise((resolve) => consumer.on('consumer.group_join', resolve));
    await consumer.run({ eachMessage: async () => {} });
    expect(await joined).toMatchObject({ payload: { groupId: 'readers' } });
  });

  it('leaves no process and no file behind when it is closed', async () => {
    const folder = temporaryFolder();
    const program = startUntilTestEnds('start-kafka.ts', ['close'], { TMPDIR: folder });
    const { stdout } = await program.ended;
    expect(await portProblem(portIn(stdout))).toBeUndefined();
    expect(readdirSync(folder).filter((name) => name.startsWith('imgpipe-kafka-'))).toEqual([]);
  });

  it('does not outlive its parent process, even if that is killed', async () => {
    const program = startUntilTestEnds('start-kafka.ts', ['stay'], { TMPDIR: temporaryFolder() });
    await program.until(/^kafka:.*\n/);
    const port = portIn(program.stdout());
    expect(await portProblem(port)).toBe('EADDRINUSE');
    program.child.kill('SIGKILL');
    await program.ended;
    await expect.poll(() => portProblem(port)).toBeUndefined();
  });
});

describe.skipIf(whyNone !== undefined)(`a cluster of three nodes${skipped}`, () => {
  it('loses and duplicates nothing when one is killed while a client sends, and accepts it back', async () => {
    const { address, nodes, close } = await startKafka({ nodes: 3 });
    onTestFinished(close);
    const client = await kafkajsClient(address);
    await client.createTopic('letters');
    const partition = async () => {
      const { topics } = await client.admin.fetchTopicMetadata({ topics: ['letters'] });
      return topics[0]?.partitions[0];
    };
    // The nodes learn of the topic one after the other.
    await expect.poll(async () => (await partition())?.replicas.toSorted()).toEqual([1, 2, 3]);
    const leader = nodes[((await partition())?.leader ?? 0) - 1];
    for (let number = 1; number <= 100; number += 1) {
      if (number === 40) await leader?.kill();
      if (number === 80) await leader?.start();
      await client.send('letters', String(number));
    }
    expect(await client.count('letters')).toBe(100);
    await expect.poll(async () => (await client.admin.describeCluster()).brokers.length).toBe(3);
  });
});

describe.skipIf(whyNone !== undefined)(`the shared broker of a test run${skipped}`, () => {
  it('is the same for every test file', async () => {
    const [first, second] = await Promise.all([sharedKafka(), sharedKafka()]);
    expect(first.address).toBe(second.address);
    const { admin } = await kafkajsClient(first.address ?? '');
    expect((await admin.describeCluster()).brokers).toHaveLength(1);
  });
});

function portIn(output: string): number {
  return Number(/:(\d+)$/m.exec(output)?.[1]);
}
