import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type ClusterNode, createCluster } from '../../../kafka/cluster.ts';
import type { Properties } from '../../../kafka/server-properties.ts';
import { type Access, type Security, secure } from './kafka-security.ts';

export interface KafkaNode {
  /** Where clients reach it: `127.0.0.1:port`. */
  readonly address: string;
  /** Starts it again, on the same port and data; answers once it serves. Nodes that need each other are started together. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** As `kill -9` does. */
  kill(): Promise<void>;
  /** Stops its process where it stands, until `thaw`. */
  freeze(): void;
  thaw(): void;
}

export interface KafkaCluster extends Access {
  /** What imgpipe's `--broker` takes: `kafka://127.0.0.1:port[,127.0.0.1:port…]`. */
  readonly address: string;
  readonly nodes: readonly KafkaNode[];
  /** Kills its nodes and removes their data. */
  close(): Promise<void>;
}

export interface KafkaOptions {
  /** One unless given. */
  readonly nodes?: 1 | 3;
  /** Server properties, over those that tests have anyway. */
  readonly properties?: Properties;
  /** Without it, anybody may connect, in the clear. */
  readonly security?: Security;
}

/** What is noticed, dropped and deleted soon, so that a test needs not wait for it. */
const QUICK: Properties = {
  // A node that is killed or frozen is given up after two seconds; one that is killed can come back no sooner.
  'broker.heartbeat.interval.ms': '500',
  'broker.session.timeout.ms': '2000',
  'auto.create.topics.enable': 'false',
  'group.min.session.timeout.ms': '500',
  'offsets.topic.num.partitions': '4',
  'transaction.state.log.num.partitions': '4',
  'log.initial.task.delay.ms': '100',
  'log.retention.check.interval.ms': '500',
  'log.segment.delete.delay.ms': '500',
  'log.segment.bytes': '1048576',
};

/** Starts Apache Kafka for a test, on free ports, its data in a folder of its own. It does not outlive this process. */
export async function startKafka({ nodes: count = 1, properties, security }: KafkaOptions = {}): Promise<KafkaCluster> {
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
      properties: { ...QUICK, ...secured.properties, ...properties },
      jvm: ['-XX:TieredStopAtLevel=1'],
    });
    await Promise.all(nodes.map((node) => node.start()));
    const address = `kafka://${nodes.map((node) => node.address).join()}`;
    return { address, nodes, caFile, client, user, close };
  } catch (error) {
    await close();
    throw error;
  }
}
