import { openKafkaBus } from '../src/adapters/kafka/broker.ts';
import { kafkaConnectionOf } from '../src/config/kafka-connection.ts';
import { loadConfig } from '../src/config/load.ts';
import { TOPICS } from '../src/domain/messages.ts';
import { createCounter, type Hop } from './hop.ts';

const TOPIC = TOPICS.imageAnalysis;
const GROUP = 'image_analysis_group';

/** The bus of the house, with the settings that it has unless told otherwise. */
export async function createBusHop(broker: string, topicPrefix: string): Promise<Hop> {
  const config = loadConfig({ given: { broker, topicPrefix }, givenAs: 'name', env: {} });
  const connection = kafkaConnectionOf(config);
  if (connection === undefined) throw new Error(`${broker} is no Kafka`);
  const bus = await openKafkaBus(connection, { create: true, withinMs: 5000 });
  const [taken, committed] = [createCounter(), createCounter()];
  const stop = new AbortController();
  let working = () => {};
  const withSession = new Promise<void>((resolve) => {
    working = resolve;
  });
  const consuming = bus.consume({
    topic: TOPIC,
    group: GROUP,
    signal: stop.signal,
    drain: false,
    onNotice: ({ kind }) => void (kind === 'working' && working()),
    onChunk: async (chunk) => {
      const { messages } = chunk;
      taken.add(messages.length);
      await chunk.commit((messages.at(-1)?.position.offset ?? 0) + 1);
      committed.add(messages.length);
    },
  });
  await Promise.race([withSession, consuming]);
  return {
    send: async (messages) => void (await bus.publish(TOPIC, messages)),
    taken,
    committed,
    close: async () => {
      stop.abort();
      await consuming;
      await bus.close();
    },
  };
}
