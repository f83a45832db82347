import { createCluster } from '../kafka/cluster.ts';
import { createBareHop } from './bare-hop.ts';
import { deleteTopics } from './kafka-admin.ts';
import { someMessages } from './messages.ts';

/** So many messages, one by one, until the broker's code is compiled: no case is to pay for that. */
const WARMING = 5000;

/** Starts a broker of Apache Kafka that keeps its data in this folder, and warms it up. */
export async function startBroker(folder: string): Promise<{ readonly address: string; stop(): Promise<void> }> {
  const warn = (line: string) => process.stderr.write(`${line}\n`);
  const [node] = await createCluster({ folder, onNotice: warn });
  if (node === undefined) throw new Error('a cluster without nodes');
  await node.start();
  await warmUp([node.address]);
  return { address: `kafka://${node.address}`, stop: () => node.stop() };
}

async function warmUp(hosts: readonly string[]): Promise<void> {
  const topic = 'bench-warming';
  const hop = await createBareHop(hosts, topic);
  for (const message of someMessages(WARMING)) await hop.send([message]);
  await hop.committed.until(WARMING);
  await hop.close();
  await deleteTopics(hosts, [topic], [topic]);
}
