import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type ISocketFactory, Kafka, type KafkaConfig, logLevel, type RetryOptions, type SASLOptions } from 'kafkajs';
import type { KafkaOptions } from './options.ts';
import { quietQueues } from './workarounds/idle-timer.ts';

/** kafkajs tries so often by itself; after that the failure is told, and whoever called begins anew. */
export const RETRY: RetryOptions = {
  initialRetryTime: 100,
  maxRetryTime: 2000,
  factor: 0.2,
  multiplier: 2,
  retries: 5,
  // A consumer that has crashed is made anew by us.
  restartOnFailure: async () => false,
};

/** A client of the cluster; it has not connected yet. Consumers and producers each have their own: kafkajs shares offsets below one. */
export function createClient(options: KafkaOptions, retries = RETRY.retries ?? 0): Kafka {
  quietQueues();
  const { hosts, clientId, connectTimeout, requestTimeout, tls, sasl } = options;
  const config: KafkaConfig = {
    brokers: [...hosts],
    clientId,
    connectionTimeout: connectTimeout,
    authenticationTimeout: requestTimeout,
    requestTimeout,
    enforceRequestTimeout: true,
    retry: { ...RETRY, retries },
    socketFactory: createSocket,
    // What heals by itself is no news, and what does not comes as an error.
    logLevel: logLevel.NOTHING,
    logCreator: () => () => {},
  };
  if (tls !== undefined) {
    config.ssl = {
      ...(tls.ca !== undefined && { ca: [tls.ca] }),
      ...(tls.cert !== undefined && { cert: tls.cert }),
      ...(tls.key !== undefined && { key: tls.key }),
    };
  }
  if (sasl !== undefined) config.sasl = { ...sasl } as SASLOptions;
  return new Kafka(config);
}

const KEEP_ALIVE_MS = 60_000;

/** kafkajs' own sockets gather small requests before they send them, and complain to the terminal about their listeners. */
function createSocket({ host, port, ssl, onConnect }: ISocketFactoryArgs): Socket {
  const socket = ssl
    ? connectTls({ host, port, ...(isIP(host) === 0 && { servername: host }), ...ssl }, onConnect)
    : connect({ host, port }, onConnect);
  socket.setNoDelay(true);
  socket.setKeepAlive(true, KEEP_ALIVE_MS);
  socket.setMaxListeners(0);
  return socket;
}

type ISocketFactoryArgs = Parameters<ISocketFactory>[0];
