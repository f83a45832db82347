import type { Admin } from 'kafkajs';
import type { PartitionOffsets } from '../../../ports/event-bus.ts';

/** The log's range of each partition, by partition number; empty if the topic does not exist. */
export async function logsOf(admin: Admin, topic: string): Promise<PartitionOffsets[]> {
  if (!(await exists(admin, topic))) return [];
  const offsets = await admin.fetchTopicOffsets(topic);
  return offsets
    .map(({ partition, low, high }) => ({ partition, start: Number(low), end: Number(high) }))
    .sort((a, b) => a.partition - b.partition);
}

/** A group's committed offset of each partition. Partitions without one, which the broker reports as -1, are left out. */
export async function committedOf(admin: Admin, topic: string, groupId: string): Promise<Map<number, number>> {
  if (!(await exists(admin, topic))) return new Map();
  const [found] = await admin.fetchOffsets({ groupId, topics: [topic] });
  const committed = (found?.partitions ?? []).filter(({ offset }) => Number(offset) >= 0);
  return new Map(committed.map(({ partition, offset }) => [partition, Number(offset)]));
}

/** Whether a group has committed the end of each partition. Without a commit, a group starts at the log's start. */
export async function isDrained(admin: Admin, topic: string, group: string): Promise<boolean> {
  const committed = await committedOf(admin, topic, group);
  const logs = await logsOf(admin, topic);
  return logs.every(({ partition, start, end }) => (committed.get(partition) ?? start) >= end);
}

/** Checked first, because kafkajs retries for seconds on a topic that does not exist. */
async function exists(admin: Admin, topic: string): Promise<boolean> {
  return (await admin.listTopics()).includes(topic);
}
