import { setTimeout as sleep } from 'node:timers/promises';
import { unlessAborted } from '../../base/deadlines.ts';
import { ImgpipeError } from '../../domain/errors.ts';
import { TOPICS } from '../../domain/messages.ts';
import type { ConsumeOptions, EventBus } from '../../ports/event-bus.ts';
import { createAdminLine } from './admin/admin-client.ts';
import { deleteGroups, membersOf, pipelineGroups } from './admin/groups.ts';
import { committedOf, isDrained, logsOf } from './admin/offsets.ts';
import { deleteTopics, makeTopics, partitionCounts } from './admin/topics.ts';
import { consumeAsMember } from './consumer/group-member.ts';
import { watchLoading } from './consumer/loading-grace.ts';
import { isMembershipLost, translated } from './errors.ts';
import { addressOf, type KafkaOptions } from './options.ts';
import { createPublisher } from './publisher.ts';

/** How often one who drains asks whether anything waits, and how soon a coordinator that loads is asked again. */
const ASK_MS = 100;

/** The bus on a Kafka cluster. Connections are made when they are first needed. */
export function createKafkaBus(options: KafkaOptions, id: string): EventBus {
  const address = addressOf(options);
  const nameOf = (topicOrGroup: string) => options.prefix + topicOrGroup;
  const line = createAdminLine(options);
  const publisher = createPublisher(options, partitionsOf);
  const counts = new Map<string, number>();

  /** How many partitions a topic has on the broker; a topic that somebody has deleted is made again. */
  async function partitionsOf(topic: string): Promise<number> {
    const known = counts.get(topic);
    if (known !== undefined) return known;
    return line.ask(async (admin) => {
      await makeTopics(admin, [topic], options);
      const count = (await partitionCounts(admin, [topic])).get(topic);
      if (count === undefined)
        throw new ImgpipeError('broker_unavailable', `topic ${topic} cannot be made on ${address}`);
      counts.set(topic, count);
      return count;
    });
  }

  async function consume(consuming: ConsumeOptions): Promise<void> {
    const [topic, group] = [nameOf(consuming.topic), nameOf(consuming.group)];
    const drained = () => line.ask((admin) => isDrained(admin, topic, group));
    if (consuming.drain && (await unlessAborted(consuming.signal, drained()))) return;
    const done = new AbortController();
    const signal = AbortSignal.any([consuming.signal, done.signal]);
    const watching = consuming.drain ? abortOnce(drained, done, signal) : undefined;
    const isLoading = watchLoading();
    try {
      while (!signal.aborted) await asMember(topic, group, { ...consuming, signal }, isLoading);
    } finally {
      done.abort();
      await watching;
    }
  }

  async function asMember(
    topic: string,
    group: string,
    consuming: ConsumeOptions,
    isLoading: (error: unknown) => boolean,
  ): Promise<void> {
    try {
      const partitions = await unlessAborted(consuming.signal, partitionsOf(topic));
      if (partitions === undefined) return;
      await consumeAsMember({ kafka: options, busId: id, topic, group, partitions }, consuming);
    } catch (error) {
      // A member that the group has given up comes back as a new one.
      if (isMembershipLost(error)) return;
      if (isLoading(error)) return void (await sleep(ASK_MS, undefined, { signal: consuming.signal }).catch(() => {}));
      counts.delete(topic);
      throw translated(error, address);
    }
  }

  return {
    id,
    address,
    nameOf,
    consume,

    async publish(topic, messages) {
      try {
        const positions = await publisher.publish(nameOf(topic), messages);
        return positions.map((position) => ({ bus: id, topic, ...position }));
      } catch (error) {
        counts.delete(nameOf(topic));
        throw translated(error, address);
      }
    },

    committed: (topic, group) => line.ask((admin) => committedOf(admin, nameOf(topic), nameOf(group))),
    logs: (topic) => line.ask((admin) => logsOf(admin, nameOf(topic))),
    members: (group) => line.ask((admin) => membersOf(admin, nameOf(group))),
    groups: () => line.ask((admin) => pipelineGroups(admin, options.prefix)),

    clear: () =>
      line.ask(async (admin) => {
        await deleteGroups(admin, (await pipelineGroups(admin, options.prefix)).map(nameOf));
        await deleteTopics(admin, Object.values(TOPICS).map(nameOf));
        counts.clear();
      }),

    async close() {
      await publisher.close();
      await line.close();
    },
  };
}

/** Aborts once the question is answered with yes. A broker that does not answer is told of by whoever consumes. */
async function abortOnce(question: () => Promise<boolean>, done: AbortController, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(ASK_MS, undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    const answer = question().catch(() => false);
    if (await unlessAborted(signal, answer)) done.abort();
  }
}
