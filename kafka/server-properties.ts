export type Properties = Readonly<Record<string, string>>;

/** How clients talk to the brokers. The brokers among themselves talk plainly, on ports of 127.0.0.1 of their own. */
export type Protocol = 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL';

export interface NodePorts {
  readonly clients: number;
  readonly brokers: number;
  readonly controllers: number;
}

/** Small enough for a machine that has other work, with a single node or with more. */
const SMALL: Properties = {
  'num.network.threads': '2',
  'num.io.threads': '4',
  'log.cleaner.dedupe.buffer.size': '16777216',
  'group.initial.rebalance.delay.ms': '0',
  // A commit is kept at once, and does not wait 5 ms for others to be kept with it.
  'group.coordinator.append.linger.ms': '0',
};

/** The inner topics of a cluster that has no second node to keep a copy. */
const ALONE: Properties = {
  'offsets.topic.replication.factor': '1',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  'share.coordinator.state.topic.replication.factor': '1',
  'share.coordinator.state.topic.min.isr': '1',
};

const REPLICATED: Properties = { 'default.replication.factor': '3', 'min.insync.replicas': '2' };

/** What a node of a cluster is told: it is broker and controller, and listens on 127.0.0.1 alone. Ids run from 1. */
export function serverProperties(id: number, nodes: readonly NodePorts[], protocol: Protocol): Properties {
  const own = nodes[id - 1];
  if (own === undefined) throw new Error(`there is no node ${id} of ${nodes.length}`);
  const listeners = [
    `CLIENTS://127.0.0.1:${own.clients}`,
    `BROKERS://127.0.0.1:${own.brokers}`,
    `CONTROLLERS://127.0.0.1:${own.controllers}`,
  ].join();
  return {
    'process.roles': 'broker,controller',
    'node.id': String(id),
    'controller.quorum.voters': nodes.map((node, index) => `${index + 1}@127.0.0.1:${node.controllers}`).join(),
    listeners,
    'advertised.listeners': listeners,
    'listener.security.protocol.map': `CLIENTS:${protocol},BROKERS:PLAINTEXT,CONTROLLERS:PLAINTEXT`,
    'inter.broker.listener.name': 'BROKERS',
    'controller.listener.names': 'CONTROLLERS',
    ...SMALL,
    ...(nodes.length < 3 ? ALONE : REPLICATED),
  };
}

/** The text of a properties file. */
export function propertiesText(properties: Properties): string {
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n`)
    .join('');
}
