export type Properties = Readonly<Record<string, string>>;

/** The security protocol for clients. Brokers and controllers use PLAINTEXT on further ports of 127.0.0.1. */
export type Protocol = 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL';

export interface NodePorts {
  readonly clients: number;
  readonly brokers: number;
  readonly controllers: number;
}

/** Settings for a small machine that runs other programs too. */
const SMALL: Properties = {
  'num.network.threads': '2',
  'num.io.threads': '4',
  'log.cleaner.dedupe.buffer.size': '16777216',
  'group.initial.rebalance.delay.ms': '0',
  // Writes a commit at once instead of waiting 5 ms to batch it with others.
  'group.coordinator.append.linger.ms': '0',
};

/** The internal topics of a cluster without a second node. */
const SINGLE_NODE: Properties = {
  'offsets.topic.replication.factor': '1',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  'share.coordinator.state.topic.replication.factor': '1',
  'share.coordinator.state.topic.min.isr': '1',
};

const REPLICATED: Properties = { 'default.replication.factor': '3', 'min.insync.replicas': '2' };

/**
 * The properties of a node that is broker and controller and listens only on 127.0.0.1. Ids start at 1. `advertised` is
 * the `host:port` that it gives to clients, by default the one on which it listens.
 */
export function serverProperties(
  id: number,
  nodes: readonly NodePorts[],
  protocol: Protocol,
  advertised?: string,
): Properties {
  const own = nodes[id - 1];
  if (own === undefined) throw new Error(`there is no node ${id} of ${nodes.length}`);
  const listenersWith = (clients: string) =>
    [`CLIENTS://${clients}`, `BROKERS://127.0.0.1:${own.brokers}`, `CONTROLLERS://127.0.0.1:${own.controllers}`].join();
  const clients = `127.0.0.1:${own.clients}`;
  return {
    'process.roles': 'broker,controller',
    'node.id': String(id),
    'controller.quorum.voters': nodes.map((node, index) => `${index + 1}@127.0.0.1:${node.controllers}`).join(),
    listeners: listenersWith(clients),
    'advertised.listeners': listenersWith(advertised ?? clients),
    'listener.security.protocol.map': `CLIENTS:${protocol},BROKERS:PLAINTEXT,CONTROLLERS:PLAINTEXT`,
    'inter.broker.listener.name': 'BROKERS',
    'controller.listener.names': 'CONTROLLERS',
    ...SMALL,
    ...(nodes.length < 3 ? SINGLE_NODE : REPLICATED),
  };
}

/** The text of a properties file. */
export function propertiesText(properties: Properties): string {
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n`)
    .join('');
}
