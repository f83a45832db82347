import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import { nameOf, type S3Connection } from './connection.ts';
import { translated } from './errors.ts';
import { limitAnswers } from './limited-answers.ts';
import type { Sdk } from './sdk.ts';

/** How many connections a process holds at most. */
const MAX_SOCKETS = 32;
const CONNECT_MS = 5000;
/** How often the SDK sends a request that failed, with backoff. After that the stages retry. */
const TRIES = 3;
/** The least bytes in a millisecond. */
const MIN_RATE = 50;

export interface TimeLimits {
  /** How long a connection may be silent. */
  readonly silentMs: number;
  /** How long a request may take with all its tries, besides the time for its bytes. */
  readonly maxMs: number;
}

const TIME_LIMITS: TimeLimits = { silentMs: 20_000, maxMs: 60_000 };

export interface Requests {
  /** The store, for messages. */
  readonly name: string;
  /** Sends requests. `bytes` is how many go either way. Throws what `translated` makes of an error. */
  send<T>(work: (client: S3Client, signal: AbortSignal) => Promise<T>, bytes?: number): Promise<T>;
  /** How long an answer of this many bytes may be waited for, in milliseconds. */
  maxMsFor(bytes: number): number;
  close(): void;
}

/** The connections of a process to S3. */
export function createRequests(sdk: Sdk, connection: S3Connection, limits = TIME_LIMITS): Requests {
  const { endpoint, region, pathStyle } = connection;
  const name = nameOf(connection);
  const agent = { maxSockets: MAX_SOCKETS, keepAlive: true };
  const client = new sdk.S3Client({
    ...(endpoint !== undefined && { endpoint }),
    ...(region !== undefined && { region }),
    forcePathStyle: pathStyle,
    maxAttempts: TRIES,
    // Each put has its SHA-256, and what is read is compared with that of its row. Other servers refuse the SDK's own.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      requestTimeout: limits.silentMs,
      throwOnRequestTimeout: true,
      socketTimeout: limits.silentMs,
      httpAgent: agent,
      httpsAgent: agent,
    },
    logger: SILENT,
  });
  limitAnswers(client, name);
  const maxMsFor = (bytes: number) => limits.maxMs + Math.ceil(bytes / MIN_RATE);
  return {
    name,
    maxMsFor,
    async send(work, bytes = 0) {
      try {
        return await work(client, AbortSignal.timeout(maxMsFor(bytes)));
      } catch (error) {
        throw translated(error, name);
      }
    },
    close: () => client.destroy(),
  };
}

/** Otherwise the SDK writes warnings to the console. Without `info` it does not prepare what it would tell of each request. */
const SILENT = { trace() {}, debug() {}, warn() {}, error() {} } as unknown as NonNullable<S3ClientConfig['logger']>;
