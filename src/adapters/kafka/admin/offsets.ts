import type { Admin } from 'kafkajs';
import type { PartitionOffsets } from '../../../ports/event-bus.ts';

/** Each partition's log, in the order of their numbers; none of a topic that is not there. */
export async function logsOf(admin: Admin, topic: string): Promise<PartitionOffsets[]> {
  if (!(await isThere(admin, topic))) return [];
  const offsets = await admin.fetchTopicOffsets(topic);
  return offsets
    .map(({ partition, low, high }) => ({ partition, start: Number(low), end: Number(high) }))
    .sort((a, b) => a.partition - b.partition);
}

/** What a group has committed; a partition without a commit, which the broker calls -1, is left out. */
export async function committedOf(admin: Admin, topic: string, groupId: string): Promise<Map<number, number>> {
  if (!(await isThere(admin, topic))) return new Map();
  const [found] = await admin.fetchOffsets({ groupId, topics: [topic] });
  const committed = (found?.partitions ?? []).filter(({ offset }) => Number(offset) >= 0);
  return new Map(committed.map(({ partition, offset }) => [partition, Number(offset)]));
}

/** Whether a group has come to the end of each partition; one without a commit begins at its start. */
export async function isDrained(admin: Admin, topic: string, group: string): Promise<boolean> {
  const committed = await committedOf(admin, topic, group);
  const logs = await logsOf(admin, topic);
  return logs.every(({ partition, start, end }) => (committed.get(partition) ?? start) >= end);
}

/** kafkajs would ask for a topic that is not there for seconds. */
async function isThere(admin: Admin, topic: string): Promise<boolean> {
  return (await admin.listTopics()).includes(topic);
}
