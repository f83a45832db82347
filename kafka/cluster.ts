import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { checkJava } from './java.ts';
import { downloadLibraries } from './libraries.ts';
import { createNode, type Node } from './node.ts';
import { freePorts } from './ports.ts';
import { type NodePorts, type Properties, type Protocol, serverProperties } from './server-properties.ts';

export interface ClusterOptions {
  /** Holds a folder for each node. */
  readonly folder: string;
  /** The number of nodes. */
  readonly nodes?: 1 | 3;
  /** The client port of the first node; by default a free one. */
  readonly port?: number;
  readonly protocol?: Protocol;
  /** The `host:port` that a single node gives to clients, by default its own. */
  readonly advertised?: string | undefined;
  /** Overrides of the default properties. */
  readonly properties?: Properties;
  readonly jvm?: readonly string[];
  readonly format?: readonly string[];
  /** Receives notices about slow steps. */
  readonly onNotice?: (line: string) => void;
  /** Receives the warnings and errors that Kafka logs. */
  readonly onLine?: (line: string) => void;
}

export interface ClusterNode extends Node {
  /** The `host:port` for clients. */
  readonly address: string;
}

/** The nodes of a cluster, not started yet. Throws a SetupError if Java is missing or Kafka cannot be downloaded. */
export async function createCluster(options: ClusterOptions): Promise<readonly ClusterNode[]> {
  const {
    folder,
    nodes: count = 1,
    port,
    protocol = 'PLAINTEXT',
    advertised,
    properties,
    jvm = [],
    format = [],
  } = options;
  const { onNotice = () => {}, onLine = () => {} } = options;
  await checkJava();
  const libraries = await downloadLibraries(onNotice);
  const free = await freePorts(3 * count);
  const ports = Array.from({ length: count }, (_, index): NodePorts => {
    const [clients = 0, brokers = 0, controllers = 0] = free.slice(3 * index);
    return { clients: index === 0 ? (port ?? clients) : clients, brokers, controllers };
  });
  const cluster = clusterId();
  const heap = count === 1 ? '-Xmx512m' : '-Xmx384m';
  return ports.map(({ clients }, index) => {
    const node = createNode({
      libraries,
      folder: path.join(folder, `node-${index + 1}`),
      properties: { ...serverProperties(index + 1, ports, protocol, advertised), ...properties },
      jvm: ['-XX:+UseSerialGC', heap, ...jvm],
      format: ['-t', cluster, ...format],
      onLine,
    });
    return { ...node, address: `127.0.0.1:${clients}` };
  });
}

/** Sixteen random bytes in Kafka's encoding. Kafka rejects ids that start with a dash. */
function clusterId(): string {
  const id = randomBytes(16).toString('base64url');
  return id.startsWith('-') ? clusterId() : id;
}
