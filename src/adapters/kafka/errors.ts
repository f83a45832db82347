import { ImgpipeError } from '../../domain/errors.ts';

/** Error types by which a broker refuses this client permanently. */
const REFUSALS = new Set([
  'TOPIC_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
  'SASL_AUTHENTICATION_FAILED',
  'UNSUPPORTED_SASL_MECHANISM',
  'ILLEGAL_SASL_STATE',
]);

/** Error codes of OpenSSL and Node for a certificate that is not accepted, and for plaintext on a TLS port or the reverse. */
const TLS_FAILURE = /certificate|self.signed|unable to verify|altnames|SSL routines|wrong version number|EPROTO/i;

/** Error types after which a member must join its group again. Another member may own its partitions by then. */
const MEMBERSHIP_LOST = new Set([
  'REBALANCE_IN_PROGRESS',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'FENCED_INSTANCE_ID',
  'NOT_COORDINATOR_FOR_GROUP',
]);

/** Error types of a cluster that has just started, is electing leaders or has lost a broker. */
const TRANSIENT = new Set([
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_FOR_PARTITION',
  'GROUP_LOAD_IN_PROGRESS',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR_FOR_GROUP',
  'NOT_CONTROLLER',
]);

/** What the system errors of a connection mean. */
const SYSTEM_ERRORS: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  ENOTFOUND: 'host name not found',
  EAI_AGAIN: 'host name lookup failed',
  ETIMEDOUT: 'connection timed out',
  EHOSTUNREACH: 'no route to host',
  ENETUNREACH: 'network is unreachable',
  ECONNRESET: 'connection reset by peer',
};
const SYSTEM_ERROR = new RegExp(`\\b(${Object.keys(SYSTEM_ERRORS).join('|')})\\b`);

/** An error of kafkajs as an ImgpipeError; any other error as it is. */
export function translated(error: unknown, address: string): unknown {
  if (error instanceof ImgpipeError || !isKafkaJs(error)) return error;
  const chain = [...causes(error)];
  const reason = reasonOf(chain);
  if (chain.some(isRefusal)) {
    return new ImgpipeError(
      'broker_refused',
      `broker ${address} refused this client (${reason}): check kafka_sasl, kafka_username and its password, and which ACLs that user has`,
      { cause: error },
    );
  }
  if (chain.some(({ message }) => TLS_FAILURE.test(message))) {
    return new ImgpipeError(
      'broker_refused',
      `TLS handshake with broker ${address} failed (${reason}): check kafka_tls, and that kafka_tls_ca is the authority that signed the broker's certificate`,
      { cause: error },
    );
  }
  return unavailable(address, reason, error);
}

/** The error of a broker that cannot be reached, or that cannot serve a request now. */
export function unavailable(address: string, reason: string, cause?: unknown): ImgpipeError {
  return new ImgpipeError(
    'broker_unavailable',
    `broker ${address} is unavailable (${reason}): start one with 'docker compose -f docker-compose.kafka.yml up -d' or 'npm run kafka', or check the address`,
    { cause },
  );
}

/** Whether the group may have continued without this member, so that it has to join again. */
export function isMembershipLost(error: unknown): boolean {
  return MEMBERSHIP_LOST.has(typeOf(error) ?? '');
}

/** Whether the same request may succeed in a moment. `hosts` are the brokers that the configuration names. */
export function isTransient(error: unknown, hosts: readonly string[]): boolean {
  return TRANSIENT.has(typeOf(error) ?? '') || isUntypedKafkaJs(error) || isOneOfSeveral(error, hosts);
}

/** Whether the broker responded with this error type, such as `UNKNOWN_TOPIC_OR_PARTITION`. */
export function hasType(error: unknown, type: string): boolean {
  return [...causes(error)].some((each) => each.type === type);
}

/** Whether another broker of the cluster may still respond: kafkajs uses any that it has discovered, not only the configured ones. */
function isOneOfSeveral(error: unknown, hosts: readonly string[]): boolean {
  const failed = [...causes(error)].flatMap(({ broker }) => broker ?? []);
  return failed.length > 0 && (hosts.length > 1 || failed[0] !== hosts[0]);
}

interface KafkaJsError extends Error {
  readonly type?: string;
  readonly code?: unknown;
  /** The `host:port` of a failed connection. */
  readonly broker?: string;
}

function isRefusal({ name, type }: KafkaJsError): boolean {
  return REFUSALS.has(String(type)) || name === SASL_ERROR;
}

const SASL_ERROR = 'KafkaJSSASLAuthenticationError';

function isKafkaJs(error: unknown): error is KafkaJsError {
  return error instanceof Error && (error.name.startsWith('KafkaJS') || isUntypedKafkaJs(error));
}

/** Whether kafkajs itself failed, as with a TypeError when a connection closes at a bad moment: the stack shows where. */
function isUntypedKafkaJs(error: unknown): boolean {
  if (!(error instanceof Error) || error.name.startsWith('KafkaJS')) return false;
  const origin = error.stack?.split('\n').find((line) => line.trimStart().startsWith('at '));
  return /[\\/]node_modules[\\/]kafkajs[\\/]/.test(origin ?? '');
}

function* causes(error: unknown): Generator<KafkaJsError> {
  const seen = new Set<unknown>();
  for (let each = error; each instanceof Error && !seen.has(each); each = each.cause) {
    seen.add(each);
    yield each;
    if ('errors' in each && Array.isArray(each.errors)) for (const inner of each.errors) yield* causes(inner);
  }
}

function typeOf(error: unknown): string | undefined {
  for (const each of causes(error)) if (typeof each.type === 'string') return each.type;
  return undefined;
}

/** The innermost error, which kafkajs wraps: its code or type, which people search for, and what it means. */
function reasonOf(chain: readonly KafkaJsError[]): string {
  const innermost = chain.at(-1);
  const message = (innermost?.message ?? 'no reason given').replace(/\.$/, '');
  const system = chain.map((each) => systemErrorOf(each)).find((code) => code !== undefined);
  if (system !== undefined) return `${system}: ${SYSTEM_ERRORS[system]}`;
  if (chain.some(({ name }) => name === SASL_ERROR)) return `SASL_AUTHENTICATION_FAILED: ${message}`;
  const type = chain.map((each) => each.type).find((each) => typeof each === 'string');
  return type === undefined || message.includes(type) ? message : `${type}: ${message}`;
}

function systemErrorOf({ name, code, message }: KafkaJsError): string | undefined {
  if (typeof code === 'string' && code in SYSTEM_ERRORS) return code;
  // kafkajs gives no code to its own timer's error.
  if (name === 'KafkaJSConnectionError' && message === 'Connection timeout') return 'ETIMEDOUT';
  return SYSTEM_ERROR.exec(message)?.[1];
}
