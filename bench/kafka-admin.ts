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

/** Removes topics, and groups whose members have left. */
export async function deleteTopics(
  hosts: readonly string[],
  topics: readonly string[],
  groups: readonly string[],
): Promise<void> {
  await asking(hosts, async (admin) => {
    await admin.deleteTopics({ topics: [...topics] });
    await deleteGroups(admin, groups);
  });
}

/** Forgets how far a group has come: it begins anew. */
export async function forgetGroup(hosts: readonly string[], group: string): Promise<void> {
  await asking(hosts, (admin) => deleteGroups(admin, [group]));
}

/** Answers once each group has its member, and that its partitions. */
export async function untilStable(hosts: readonly string[], groups: readonly string[]): Promise<void> {
  await asking(hosts, async (admin) => {
    for (;;) {
      const described = await admin.describeGroups([...groups]);
      if (described.groups.every(({ state }) => state === 'Stable')) return;
      await sleep(ASK_MS);
    }
  });
}

async function deleteGroups(admin: Admin, groups: readonly string[]): Promise<void> {
  const { groups: there } = await admin.listGroups();
  const names = new Set(there.map(({ groupId }) => groupId));
  const present = groups.filter((group) => names.has(group));
  if (present.length > 0) await admin.deleteGroups(present);
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
