import { openKafkaBus } from '../src/adapters/kafka/broker.ts';
import { kafkaConnectionOf } from '../src/config/kafka-connection.ts';
import { loadConfig } from '../src/config/load.ts';
import { TOPICS } from '../src/domain/messages.ts';
import { createCounter, type Hop } from './hop.ts';

const TOPIC = TOPICS.imageAnalysis;
const GROUP = 'image_analysis_group';

/** imgpipe's Kafka bus with its default settings. */
export async function createBusHop(broker: string, topicPrefix: string): Promise<Hop> {
  const config = loadConfig({ given: { broker, topicPrefix }, givenAs: 'name', env: {} });
  const connection = kafkaConnectionOf(config);
  if (connection === undefined) throw new Error(`${broker} is not a Kafka broker`);
  const bus = await openKafkaBus(connection, { check: false });
  const [received, committed] = [createCounter(), createCounter()];
  const stop = new AbortController();
  let markReady = () => {};
  const ready = new Promise<void>((resolve) => {
    markReady = resolve;
  });
  const consuming = bus.consume({
    topic: TOPIC,
    group: GROUP,
    signal: stop.signal,
    drain: false,
    onNotice: ({ kind }) => void (kind === 'working' && markReady()),
    onChunk: async (chunk) => {
      const { messages } = chunk;
      received.add(messages.length);
      await chunk.commit((messages.at(-1)?.position.offset ?? 0) + 1);
      committed.add(messages.length);
    },
  });
  await Promise.race([ready, consuming]);
  return {
    send: async (messages) => void (await bus.publish(TOPIC, messages)),
    received,
    committed,
    close: async () => {
      stop.abort();
      await consuming;
      await bus.close();
    },
  };
}
