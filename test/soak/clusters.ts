import { type KafkaCluster, startKafka } from '../support/kafka/kafka-cluster.ts';

/** Kafka clusters for one round after the other. */
export interface Clusters {
  /** The cluster of so many nodes: the one of the round before, or a new one. */
  take(nodes: 1 | 3): Promise<KafkaCluster>;
  /** Has the next round begin with a new one. */
  drop(nodes: 1 | 3): Promise<void>;
  close(): Promise<void>;
}

/** So many rounds' topics do not slow a cluster down yet. */
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
      if ((used.get(nodes)?.rounds ?? 0) >= MAX_ROUNDS) await drop(nodes);
      const taken = used.get(nodes) ?? { cluster: startKafka({ nodes }), rounds: 0 };
      used.set(nodes, taken);
      taken.rounds += 1;
      return taken.cluster;
    },
    close: async () => {
      for (const nodes of [...used.keys()]) await drop(nodes);
    },
  };
}
