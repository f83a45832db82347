import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import { unlessAborted } from '../../base/deadlines.ts';
import { ImgpipeError } from '../../domain/errors.ts';
import type { ConsumeOptions, EventBus, ReceivedMessage } from '../../ports/event-bus.ts';
import { createAdminClient } from './admin/admin-client.ts';
import { deleteGroups, membersOf } from './admin/groups.ts';
import { readNewest } from './admin/newest-messages.ts';
import { committedOf, isDrained, logsOf } from './admin/offsets.ts';
import { checkDeletable, createTopics, deleteTopics } from './admin/topics.ts';
import { readBusId, topicNames } from './cluster.ts';
import { consumeAsMember } from './consumer/group-member.ts';
import { createLoadingGrace } from './consumer/loading-grace.ts';
import { isMembershipLost, translated } from './errors.ts';
import { addressOf, type KafkaOptions } from './options.ts';
import { createPublisher } from './publisher.ts';
import type { RequestSubject } from './refusals.ts';

/** How often to check whether a topic is drained, and how soon to join again while the coordinator loads its groups. */
const POLL_MS = 100;

/** The bus on a Kafka cluster. Connects when it is first used. */
export function createKafkaBus(options: KafkaOptions, openedId: string): EventBus {
  let id = openedId;
  const address = addressOf(options);
  const nameOf = (topicOrGroup: string) => options.prefix + topicOrGroup;
  const client = createAdminClient(options);
  const read = <T>(requests: (admin: Admin) => Promise<T>, subject: RequestSubject = {}) =>
    client.call(requests, { silenceMs: options.brokerTimeout, subject });
  const publisher = createPublisher(options, partitionsOf);
  const counts = new Map<string, number>();

  /** How many partitions a topic has on the broker. Creates the topic if it was deleted. */
  async function partitionsOf(topic: string): Promise<number> {
    const known = counts.get(topic);
    if (known !== undefined) return known;
    const counted = async (admin: Admin) => {
      const count = (await createTopics(admin, [topic], options)).get(topic);
      if (count === undefined) {
        throw new ImgpipeError(
          'broker_unavailable',
          `topic ${topic} was created on ${address} and is missing again (UNKNOWN_TOPIC_OR_PARTITION): check what deletes it`,
        );
      }
      counts.set(topic, count);
      return count;
    };
    return client.call(counted, { subject: { topic } });
  }

  async function consume(consuming: ConsumeOptions): Promise<void> {
    const [topic, group] = [nameOf(consuming.topic), nameOf(consuming.group)];
    const drained = () => client.call((admin) => isDrained(admin, topic, group));
    if (consuming.drain && (await unlessAborted(consuming.signal, drained()))) return;
    const done = new AbortController();
    const signal = AbortSignal.any([consuming.signal, done.signal]);
    const watching = consuming.drain ? abortOnce(drained, done, signal) : undefined;
    const isLoading = createLoadingGrace();
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
      const probe = () => read((admin) => membersOf(admin, group));
      await consumeAsMember({ kafka: options, busId: id, topic, group, partitions, probe }, consuming);
    } catch (error) {
      // The group has removed this member: it joins again as a new one.
      if (isMembershipLost(error)) return;
      if (isLoading(error)) return void (await sleep(POLL_MS, undefined, { signal: consuming.signal }).catch(() => {}));
      counts.delete(topic);
      throw translated(error, address, { topic, group });
    }
  }

  async function newest(topics: readonly string[]): Promise<readonly ReceivedMessage[]> {
    const existing = new Set(await read((admin) => admin.listTopics()));
    const requests = topics.map((topic) => ({ name: nameOf(topic), origin: { bus: id, topic } }));
    return readNewest(
      options,
      requests.filter(({ name }) => existing.has(name)),
    );
  }

  return {
    get id() {
      return id;
    },
    address,
    nameOf,
    consume,

    async renew() {
      const names = topicNames(options);
      const opened = await read(async (admin) => {
        const current = await readBusId(admin, options);
        return { id: current, counts: await createTopics(admin, names, options) };
      });
      id = opened.id;
      counts.clear();
      for (const name of names) {
        const count = opened.counts.get(name);
        if (count !== undefined) counts.set(name, count);
      }
      void publisher.connect();
    },

    async publish(topic, messages) {
      try {
        const positions = await publisher.publish(nameOf(topic), messages);
        return positions.map((position) => ({ bus: id, topic, ...position }));
      } catch (error) {
        counts.delete(nameOf(topic));
        throw translated(error, address, { topic: nameOf(topic) });
      }
    },

    committed: (topic, group) =>
      read((admin) => committedOf(admin, nameOf(topic), nameOf(group)), { topic: nameOf(topic), group: nameOf(group) }),
    logs: (topic) => read((admin) => logsOf(admin, nameOf(topic)), { topic: nameOf(topic) }),
    members: (group) => read((admin) => membersOf(admin, nameOf(group)), { group: nameOf(group) }),
    newest,

    clear: (groups) =>
      client.call(async (admin) => {
        const topics = topicNames(options);
        await checkDeletable(admin, topics, address);
        await deleteGroups(admin, groups.map(nameOf), address);
        await deleteTopics(admin, topics);
        counts.clear();
      }),

    async close() {
      await publisher.close();
      await client.close();
    },
  };
}

/** Aborts `done` once the condition holds. Its failures are ignored: the consumer reports an unavailable broker. */
async function abortOnce(condition: () => Promise<boolean>, done: AbortController, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(POLL_MS, undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    const holds = condition().catch(() => false);
    if (await unlessAborted(signal, holds)) done.abort();
  }
}
