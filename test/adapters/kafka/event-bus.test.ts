import { randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import { Kafka, logLevel } from 'kafkajs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openKafkaBus } from '../../../src/adapters/kafka/broker.ts';
import type { KafkaOptions } from '../../../src/adapters/kafka/options.ts';
import type { Message } from '../../../src/domain/messages.ts';
import type { Chunk, ConsumerNotice, EventBus } from '../../../src/ports/event-bus.ts';
import { eventBusContract } from '../../contracts/event-bus.ts';
import { kafkaOptions } from '../../support/kafka/kafka-options.ts';
import { sharedKafka } from '../../support/kafka/shared-kafka.ts';

const kafka = await sharedKafka();
const address = kafka.address ?? '';
const skipped = kafka.whyNone ? ` (skipped: ${kafka.whyNone})` : '';
const describeOnKafka = describe.skipIf(kafka.whyNone !== undefined);

const TOPIC = 'image_analysis';
const GROUP = 'image_analysis_group';

function newPrefix(): string {
  return `t-${randomUUID()}.`;
}

/** A bus with its own topics, which are deleted when the test has finished. */
async function openBus(over: Partial<KafkaOptions> = {}): Promise<EventBus> {
  const options = kafkaOptions(address, { prefix: newPrefix(), ...over });
  const bus = await openKafkaBus(options, { check: true });
  await bus.renew();
  onTestFinished(async () => {
    await bus.clear([GROUP]);
    await bus.close();
  });
  return bus;
}

/** An admin client of kafkajs, to look at the broker directly. */
async function admin() {
  const [, broker = ''] = address.split('//');
  const client = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING }).admin();
  await client.connect();
  onTestFinished(() => client.disconnect());
  return client;
}

function messages(count: number, key = 'default'): Message[] {
  return Array.from({ length: count }, (_, index) => ({ key, headers: {}, value: String(index) }));
}

/** A running consumer and its notices. */
function consuming(bus: EventBus, onChunk: (chunk: Chunk) => Promise<void>) {
  const stop = new AbortController();
  const notices: ConsumerNotice[] = [];
  const onNotice = (notice: ConsumerNotice) => void notices.push(notice);
  const ended = bus.consume({ topic: TOPIC, group: GROUP, drain: false, signal: stop.signal, onChunk, onNotice });
  return {
    notices,
    ended,
    stop: () => {
      stop.abort();
      return ended;
    },
  };
}

describeOnKafka.each([1, 6])(`the bus on Kafka, with topics of %i partitions${skipped}`, (partitions) => {
  eventBusContract(async () => {
    const prefix = newPrefix();
    const buses: EventBus[] = [];
    onTestFinished(async () => {
      const [first, ...others] = buses;
      for (const bus of others) await bus.close();
      await first?.clear([GROUP]);
      await first?.close();
    });
    return {
      open: async (as) => {
        const options = kafkaOptions(address, { prefix, partitions, clientId: as });
        const bus = await openKafkaBus(options, { check: true });
        await bus.renew();
        buses.push(bus);
        return { bus, close: () => bus.close() };
      },
    };
  });
});

describeOnKafka(`the topics on Kafka${skipped}`, () => {
  it('are created with the configured partitions without retention limits and with the time of the broker', async () => {
    const bus = await openBus({ partitions: 4 });
    const { topics } = await (await admin()).fetchTopicMetadata({ topics: [bus.nameOf(TOPIC)] });
    expect(topics[0]?.partitions).toHaveLength(4);
    const { resources } = await (await admin()).describeConfigs({
      includeSynonyms: false,
      resources: [
        {
          type: 2,
          name: bus.nameOf(TOPIC),
          configNames: ['retention.ms', 'retention.bytes', 'message.timestamp.type'],
        },
      ],
    });
    expect(resources[0]?.configEntries.map(({ configName, configValue }) => [configName, configValue]).sort()).toEqual([
      ['message.timestamp.type', 'LogAppendTime'],
      ['retention.bytes', '-1'],
      ['retention.ms', '-1'],
    ]);
  });

  it('keep their settings if they exist', async () => {
    const prefix = newPrefix();
    await (await admin()).createTopics({ topics: [{ topic: prefix + TOPIC, numPartitions: 3 }] });
    const bus = await openBus({ prefix, partitions: 6 });
    expect(await bus.logs(TOPIC)).toHaveLength(3);
    const positions = await bus.publish(
      TOPIC,
      ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((key) => ({ key, headers: {}, value: key })),
    );
    expect(Math.max(...positions.map(({ partition }) => partition))).toBe(2);
  });

  it('cannot be replicated to more brokers than there are: the error names the setting', async () => {
    const options = kafkaOptions(address, { prefix: newPrefix(), replication: 3 });
    const bus = await openKafkaBus(options, { check: true });
    onTestFinished(() => bus.close());
    await expect(bus.renew()).rejects.toMatchObject({
      code: 'config_invalid',
      message: expect.stringMatching(/^kafka_replication: .* 3 brokers \(INVALID_REPLICATION_FACTOR\)/),
    });
  });

  it('are not created before they are needed', async () => {
    const bus = await openKafkaBus(kafkaOptions(address, { prefix: newPrefix() }), { check: true });
    expect(await bus.logs(TOPIC)).toEqual([]);
    expect(await bus.committed(TOPIC, GROUP)).toEqual(new Map());
    expect((await (await admin()).listTopics()).filter((topic) => topic === bus.nameOf(TOPIC))).toEqual([]);
    await bus.close();
  });

  it('are created again after a deletion: a publish may fail, and a later one succeeds', async () => {
    const bus = await openBus({ partitions: 2 });
    await bus.publish(TOPIC, messages(1));
    const client = await admin();
    await client.deleteTopics({ topics: [bus.nameOf(TOPIC)] });
    await expect.poll(async () => (await client.listTopics()).includes(bus.nameOf(TOPIC))).toBe(false);
    const published = async () => (await bus.publish(TOPIC, messages(1)).catch(() => [])).map(({ offset }) => offset);
    await expect.poll(published, { timeout: 40_000 }).toEqual([0]);
    expect(await bus.logs(TOPIC)).toHaveLength(2);
  });

  it('map a key to the same partition as the Java client', async () => {
    const bus = await openBus();
    const positions = await bus.publish(
      TOPIC,
      ['default', 'garden', 'sky', '21'].map((key) => ({ key, headers: {}, value: '' })),
    );
    // From the Java client: Utils.toPositive(Utils.murmur2(key.getBytes())) % 6.
    expect(positions.map(({ partition }) => partition)).toEqual([1, 4, 5, 0]);
  });
});

describeOnKafka(`the consumers of a group on Kafka${skipped}`, () => {
  it('rebalance when another joins: the chunk in flight is no longer current, and committed messages are not delivered again', async () => {
    const bus = await openBus({ sessionTimeout: 2000, partitions: 1 });
    await bus.publish(TOPIC, messages(3));
    const handled: string[] = [];
    let second: ReturnType<typeof consuming> | undefined;
    const handle = async (chunk: Chunk) => {
      for (const message of chunk.messages) {
        if (!chunk.isCurrent()) return;
        if (second === undefined) {
          second = consuming(bus, handle);
          await expect.poll(() => chunk.isCurrent()).toBe(false);
        }
        handled.push(message.value);
        await chunk.commit(message.position.offset + 1);
      }
    };
    const first = consuming(bus, handle);
    await expect.poll(() => handled).toEqual(['0', '1', '2']);
    await first.stop();
    await second?.stop();
    expect(first.notices.map(({ kind }) => kind)).toContain('rebalancing');
  });

  it('start no chunk of another partition between a rebalance and their next join', async () => {
    const prefix = newPrefix();
    const [bus, other] = [await openBus({ prefix, sessionTimeout: 2000 }), await openBus({ prefix })];
    const positions = await bus.publish(
      TOPIC,
      ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((key) => ({ key, headers: {}, value: '' })),
    );
    expect(new Set(positions.map(({ partition }) => partition)).size).toBeGreaterThan(2);
    let startedBefore = 0;
    let newcomer: ReturnType<typeof consuming> | undefined;
    const rebalanced = () => first.notices.some(({ kind }) => kind === 'rebalancing');
    const first = consuming(bus, async (chunk) => {
      if (rebalanced()) return;
      startedBefore += 1;
      newcomer ??= consuming(other, async () => {});
      await expect.poll(() => chunk.isCurrent()).toBe(false);
    });
    await expect.poll(rebalanced).toBe(true);
    expect(startedBefore).toBe(1);
    await first.stop();
    await newcomer?.stop();
  });

  it('leave no member behind when they are stopped while they join', async () => {
    const prefix = newPrefix();
    const [bus, other] = [await openBus({ prefix, partitions: 1 }), await openBus({ prefix, clientId: 'late' })];
    await bus.publish(TOPIC, messages(1));
    let inFlight = false;
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const first = consuming(bus, async () => {
      inFlight = true;
      await released;
    });
    await expect.poll(() => inFlight).toBe(true);
    const late = consuming(other, async () => {});
    const client = await admin();
    // The coordinator completes the join only once the first member, which has a chunk in flight, joins again.
    await expect
      .poll(async () => (await client.describeGroups([prefix + GROUP])).groups[0]?.state)
      .toBe('PreparingRebalance');
    const ended = late.stop();
    release();
    await ended;
    expect(await bus.members(GROUP)).toEqual(['imgpipe-test on 127.0.0.1']);
    await first.stop();
  });

  it('keep their membership while a stage handles a chunk for longer than the session timeout', async () => {
    const bus = await openBus({ sessionTimeout: 1000, partitions: 1 });
    await bus.publish(TOPIC, messages(1));
    const began = performance.now();
    let current: boolean | undefined;
    const working = consuming(bus, async (chunk) => {
      await expect.poll(() => performance.now() - began).toBeGreaterThan(2500);
      current = chunk.isCurrent();
      await chunk.commit(1);
    });
    await expect.poll(() => current).toBe(true);
    await expect.poll(() => bus.committed(TOPIC, GROUP)).toEqual(new Map([[0, 1]]));
    await working.stop();
    expect(working.notices.map(({ kind }) => kind)).toEqual(['working']);
  });

  it('are listed by client id and host, and keep the bus from being cleared', async () => {
    const bus = await openBus({ clientId: 'imgpipe-analyze-7' });
    const working = consuming(bus, async () => {});
    await expect.poll(() => bus.members(GROUP)).toEqual(['imgpipe-analyze-7 on 127.0.0.1']);
    await expect(bus.clear([GROUP])).rejects.toMatchObject({
      code: 'in_use',
      message: expect.stringContaining('imgpipe-analyze-7 on 127.0.0.1'),
    });
    await working.stop();
    expect(await bus.members(GROUP)).toEqual([]);
  });
});

describe('an unavailable broker', () => {
  const open = (hosts: string[], brokerTimeout = 10_000) =>
    openKafkaBus({ ...kafkaOptions('', { prefix: '', brokerTimeout }), hosts }, { check: true });

  it('that refuses connections is named, with ECONNREFUSED and what to do', async () => {
    await expect(open(['127.0.0.1:1'])).rejects.toMatchObject({
      code: 'broker_unavailable',
      exit: 4,
      message:
        "broker kafka://127.0.0.1:1 is unavailable (ECONNREFUSED: connection refused): start one with 'docker compose -f docker-compose.kafka.yml up -d' or 'npm run kafka', or check the address",
    });
  });

  it('whose host name is unknown is named, with the error of the lookup', async () => {
    await expect(open(['no-such-host.invalid:9092'])).rejects.toMatchObject({
      code: 'broker_unavailable',
      message: expect.stringMatching(
        /^broker kafka:\/\/no-such-host.invalid:9092 is unavailable \((ENOTFOUND|EAI_AGAIN): /,
      ),
    });
  });

  it('that accepts connections and never responds fails at the deadline', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    server.on('connection', (socket) => onTestFinished(() => void socket.destroy()));
    const bound = server.address();
    const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
    await expect(open([`127.0.0.1:${port}`], 500)).rejects.toMatchObject({
      code: 'broker_unavailable',
      message: expect.stringContaining('no response within 0.5 s'),
    });
  });

  it.skipIf(kafka.whyNone !== undefined)('is no error while another of the bootstrap brokers responds', async () => {
    const [, there = ''] = address.split('//');
    const bus = await open(['127.0.0.1:1', there]);
    expect(bus.id).toMatch(/^kafka:.{22}$/);
    await bus.close();
  });
});
