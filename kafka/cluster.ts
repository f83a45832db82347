import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { checkJava } from './java.ts';
import { fetchLibraries } from './libraries.ts';
import { createNode, type Node } from './node.ts';
import { freePorts } from './ports.ts';
import { type NodePorts, type Properties, type Protocol, serverProperties } from './server-properties.ts';

export interface ClusterOptions {
  /** What each node keeps goes into a folder in it. */
  readonly folder: string;
  /** How many nodes: one, or three. */
  readonly nodes?: 1 | 3;
  /** The port for clients of a single node; a free one unless given. */
  readonly port?: number;
  readonly protocol?: Protocol;
  /** Over those that a node has anyway. */
  readonly properties?: Properties;
  readonly jvm?: readonly string[];
  readonly format?: readonly string[];
  /** Told what takes its time. */
  readonly onNotice?: (line: string) => void;
  /** Told what Kafka prints: its warnings and errors. */
  readonly onLine?: (line: string) => void;
}

export interface ClusterNode extends Node {
  /** Where clients reach it: host and port. */
  readonly address: string;
}

/** The nodes of a cluster, not started yet. Throws a SetupError where there is no Java, or no Kafka to be had. */
export async function createCluster(options: ClusterOptions): Promise<readonly ClusterNode[]> {
  const { folder, nodes: count = 1, port, protocol = 'PLAINTEXT', properties, jvm = [], format = [] } = options;
  const { onNotice = () => {}, onLine = () => {} } = options;
  await checkJava();
  const libraries = await fetchLibraries(onNotice);
  const free = await freePorts(3 * count);
  const places = Array.from({ length: count }, (_, index): NodePorts => {
    const [clients = 0, brokers = 0, controllers = 0] = free.slice(3 * index);
    return { clients: index === 0 ? (port ?? clients) : clients, brokers, controllers };
  });
  const cluster = clusterId();
  const heap = count === 1 ? '-Xmx512m' : '-Xmx384m';
  return places.map(({ clients }, index) => {
    const own = path.join(folder, `node-${index + 1}`);
    const node = createNode({
      libraries,
      folder: own,
      properties: { ...serverProperties(index + 1, places, protocol, path.join(own, 'log')), ...properties },
      jvm: ['-XX:+UseSerialGC', heap, ...jvm],
      format: ['-t', cluster, ...format],
      onLine,
    });
    return { ...node, address: `127.0.0.1:${clients}` };
  });
}

/** Sixteen random bytes, as Kafka writes them. It takes no id that begins with a dash. */
function clusterId(): string {
  const id = randomBytes(16).toString('base64url');
  return id.startsWith('-') ? clusterId() : id;
}
