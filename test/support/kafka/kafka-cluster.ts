import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type ClusterNode, createCluster } from '../../../kafka/cluster.ts';
import type { Properties } from '../../../kafka/server-properties.ts';
import { type Access, type Security, secure } from './kafka-security.ts';

export interface KafkaNode {
  /** The address for clients: `127.0.0.1:port`. */
  readonly address: string;
  /** Starts it again with the same port and data. Resolves once it serves clients. A majority must start together. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Sends SIGKILL. */
  kill(): Promise<void>;
  /** Suspends its process (SIGSTOP) until `thaw`. */
  freeze(): void;
  thaw(): void;
}

export interface KafkaCluster extends Access {
  /** A value for `--broker`: `kafka://127.0.0.1:port[,127.0.0.1:port…]`. */
  readonly address: string;
  readonly nodes: readonly KafkaNode[];
  /** Holds a folder `node-1`, … for each node, with its data in `log`. */
  readonly folder: string;
  /** Kills its nodes and removes their data. */
  close(): Promise<void>;
}

export interface KafkaOptions {
  /** One by default. */
  readonly nodes?: 1 | 3;
  /** Overrides of the server properties for tests. */
  readonly properties?: Properties;
  /** By default PLAINTEXT without authentication. */
  readonly security?: Security;
  /** The client port of the first node; by default a free one. */
  readonly port?: number;
  /** The `host:port` that a single node gives to clients, by default its own. */
  readonly advertised?: string;
}

/** Short timeouts and delays, so that tests do not wait. */
const FAST: Properties = {
  // A killed or frozen node is fenced after two seconds. A killed one cannot register again earlier.
  'broker.heartbeat.interval.ms': '500',
  'broker.session.timeout.ms': '2000',
  'auto.create.topics.enable': 'false',
  'group.min.session.timeout.ms': '500',
  'offsets.topic.num.partitions': '4',
  'transaction.state.log.num.partitions': '4',
  'log.initial.task.delay.ms': '100',
  'log.retention.check.interval.ms': '500',
  'log.segment.delete.delay.ms': '500',
  'log.cleaner.backoff.ms': '100',
  'log.segment.bytes': '1048576',
};

/** Starts Apache Kafka for a test on free ports, with a temporary data folder. It never outlives this process. */
export async function startKafka({
  nodes: count = 1,
  properties,
  security,
  port,
  advertised,
}: KafkaOptions = {}): Promise<KafkaCluster> {
  const folder = mkdtempSync(path.join(tmpdir(), 'imgpipe-kafka-'));
  let nodes: readonly ClusterNode[] = [];
  const close = async () => {
    await Promise.all(nodes.map((node) => node.kill()));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const { caFile, client, user, ...secured } = secure(security, folder);
    nodes = await createCluster({
      ...secured,
      folder,
      nodes: count,
      ...(port !== undefined && { port }),
      advertised,
      properties: { ...FAST, ...secured.properties, ...properties },
      jvm: ['-XX:TieredStopAtLevel=1'],
    });
    await Promise.all(nodes.map((node) => node.start()));
    const address = `kafka://${nodes.map((node) => node.address).join()}`;
    return { address, nodes, folder, caFile, client, user, close };
  } catch (error) {
    await close();
    throw error;
  }
}
