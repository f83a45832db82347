import { setTimeout as sleep } from 'node:timers/promises';
import { type Admin, Kafka, logLevel } from 'kafkajs';

const ASK_MS = 50;

/** A client with kafkajs' own settings. */
export function bareClient(hosts: readonly string[]): Kafka {
  return new Kafka({ brokers: [...hosts], clientId: 'imgpipe-bench', logLevel: logLevel.NOTHING });
}

/** Makes topics with so many partitions. */
export async function makeTopics(
  hosts: readonly string[],
  topics: readonly string[],
  numPartitions: number,
): Promise<void> {
  await asking(hosts, (admin) =>
    admin.createTopics({ topics: topics.map((topic) => ({ topic, numPartitions })), waitForLeaders: true }),
  );
}

/** Removes the topics and groups whose names begin so. The groups' members have left. */
export async function removeAll(hosts: readonly string[], beginning: string): Promise<void> {
  await asking(hosts, async (admin) => {
    const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(beginning));
    if (topics.length > 0) await admin.deleteTopics({ topics });
    await deleteGroups(admin, (group) => group.startsWith(beginning));
  });
}

/** Forgets how far a group has come: it begins anew. */
export async function forgetGroup(hosts: readonly string[], group: string): Promise<void> {
  await asking(hosts, (admin) => deleteGroups(admin, (each) => each === group));
}

/** Answers once each group has its member, and that its partitions; or at the signal. */
export async function untilStable(
  hosts: readonly string[],
  groups: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  await asking(hosts, async (admin) => {
    while (!signal.aborted) {
      const described = await admin.describeGroups([...groups]);
      if (described.groups.every(({ state }) => state === 'Stable')) return;
      await sleep(ASK_MS);
    }
  });
}

async function deleteGroups(admin: Admin, which: (group: string) => boolean): Promise<void> {
  const { groups } = await admin.listGroups();
  const chosen = groups.map(({ groupId }) => groupId).filter(which);
  if (chosen.length > 0) await admin.deleteGroups(chosen);
}

async function asking<T>(hosts: readonly string[], work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = bareClient(hosts).admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}
