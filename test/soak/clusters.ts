import { type KafkaCluster, startKafka } from '../support/kafka/kafka-cluster.ts';

/** Kafka clusters that are reused by consecutive rounds, one at a time. */
export interface Clusters {
  /** The current cluster, if it has this many nodes, or a new one. */
  take(nodes: 1 | 3): Promise<KafkaCluster>;
  /** Closes the current cluster, so that the next round gets a new one. */
  drop(nodes: 1 | 3): Promise<void>;
  close(): Promise<void>;
}

/** More rounds leave so many topics that the cluster becomes slow. */
const MAX_ROUNDS = 12;

export function createClusters(): Clusters {
  const used = new Map<1 | 3, { cluster: Promise<KafkaCluster>; rounds: number }>();

  async function drop(nodes: 1 | 3): Promise<void> {
    const dropped = used.get(nodes);
    used.delete(nodes);
    await (await dropped?.cluster.catch(() => undefined))?.close();
  }

  return {
    drop,
    async take(nodes) {
      for (const [size, { rounds }] of [...used]) if (size !== nodes || rounds >= MAX_ROUNDS) await drop(size);
      const current = used.get(nodes) ?? { cluster: startKafka({ nodes }), rounds: 0 };
      used.set(nodes, current);
      current.rounds += 1;
      return current.cluster;
    },
    close: async () => {
      for (const nodes of [...used.keys()]) await drop(nodes);
    },
  };
}
