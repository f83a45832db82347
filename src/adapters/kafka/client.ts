import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type ISocketFactory, Kafka, type KafkaConfig, logLevel, type RetryOptions, type SASLOptions } from 'kafkajs';
import type { KafkaOptions } from './options.ts';
import { patchIdleTimer } from './workarounds/idle-timer.ts';

/** How kafkajs retries by itself. After that it rejects, and the caller opens a new client. */
export const RETRY: RetryOptions = {
  initialRetryTime: 100,
  maxRetryTime: 2000,
  factor: 0.2,
  multiplier: 2,
  retries: 5,
  // This adapter replaces a crashed consumer itself.
  restartOnFailure: async () => false,
};

/** A client of the cluster, not connected yet. Each consumer and producer needs its own, because kafkajs shares offsets within a client. */
export function createClient(options: KafkaOptions, retries = RETRY.retries ?? 0): Kafka {
  patchIdleTimer();
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
    // kafkajs logs failures that its own retries resolve as errors. Those that remain reject.
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

/** A socket without Nagle's algorithm, which kafkajs' own sockets use, and without Node's warning about many listeners. */
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
