import { createCluster } from '../kafka/cluster.ts';
import { createBareHop } from './bare-hop.ts';
import { removeAll } from './kafka-admin.ts';
import { someMessages } from './messages.ts';

/** Messages to warm up the broker, so that its code is compiled before the first case. */
const WARM_UP_MESSAGES = 5000;

/** Starts an Apache Kafka broker with its data in the given folder, and warms it up. */
export async function startBroker(folder: string): Promise<{ readonly address: string; stop(): Promise<void> }> {
  const warn = (line: string) => process.stderr.write(`${line}\n`);
  const [node] = await createCluster({ folder, onNotice: warn });
  if (node === undefined) throw new Error('the cluster has no nodes');
  await node.start();
  await warmUp([node.address]);
  return { address: `kafka://${node.address}`, stop: () => node.stop() };
}

async function warmUp(hosts: readonly string[]): Promise<void> {
  const topic = 'bench-warm-up';
  const hop = await createBareHop(hosts, topic);
  for (const message of someMessages(WARM_UP_MESSAGES)) await hop.send([message]);
  await hop.committed.until(WARM_UP_MESSAGES);
  await hop.close();
  await removeAll(hosts, topic);
}
