import { setTimeout as sleep } from 'node:timers/promises';
import { type Admin, Kafka, logLevel } from 'kafkajs';

const POLL_MS = 50;

/** A client with kafkajs' default settings. */
export function bareClient(hosts: readonly string[]): Kafka {
  return new Kafka({ brokers: [...hosts], clientId: 'imgpipe-bench', logLevel: logLevel.NOTHING });
}

/** Creates topics with `numPartitions` partitions each. */
export async function createTopics(
  hosts: readonly string[],
  topics: readonly string[],
  numPartitions: number,
): Promise<void> {
  await withAdmin(hosts, (admin) =>
    admin.createTopics({ topics: topics.map((topic) => ({ topic, numPartitions })), waitForLeaders: true }),
  );
}

/** Deletes the topics and groups with a prefix. The groups must have no members. */
export async function removeAll(hosts: readonly string[], prefix: string): Promise<void> {
  await withAdmin(hosts, async (admin) => {
    const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));
    if (topics.length > 0) await admin.deleteTopics({ topics });
    await deleteGroups(admin, (group) => group.startsWith(prefix));
  });
}

/** Deletes a group with its offsets. */
export async function deleteGroup(hosts: readonly string[], group: string): Promise<void> {
  await withAdmin(hosts, (admin) => deleteGroups(admin, (each) => each === group));
}

/** Resolves when all groups are stable, or on abort. */
export async function untilStable(
  hosts: readonly string[],
  groups: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  await withAdmin(hosts, async (admin) => {
    while (!signal.aborted) {
      const described = await admin.describeGroups([...groups]);
      if (described.groups.every(({ state }) => state === 'Stable')) return;
      await sleep(POLL_MS);
    }
  });
}

async function deleteGroups(admin: Admin, matches: (group: string) => boolean): Promise<void> {
  const { groups } = await admin.listGroups();
  const ids = groups.map(({ groupId }) => groupId).filter(matches);
  if (ids.length > 0) await admin.deleteGroups(ids);
}

async function withAdmin<T>(hosts: readonly string[], use: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = bareClient(hosts).admin();
  await admin.connect();
  try {
    return await use(admin);
  } finally {
    await admin.disconnect();
  }
}
