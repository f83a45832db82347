import { ImgpipeError } from '../../domain/errors.ts';
import { checkClock, REFUSALS, type RequestSubject } from './refusals.ts';

/** Error codes of OpenSSL and Node for a certificate that is not accepted, and for plaintext on a TLS port or the reverse. */
const TLS_FAILURE = /certificate|self.signed|unable to verify|altnames|SSL routines|wrong version number|EPROTO/i;
/** Those of a certificate that is not valid at this time. */
const CLOCK_FAILURE = /not yet valid|CERT_NOT_YET_VALID|has expired|CERT_HAS_EXPIRED/i;

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
/** Those of a lookup of a host name. */
const UNRESOLVED = /^(?:ENOTFOUND|EAI_AGAIN)\b/;
const SYSTEM_ERROR = new RegExp(`\\b(${Object.keys(SYSTEM_ERRORS).join('|')})\\b`);

/** An error of kafkajs as an ImgpipeError; any other error as it is. `address` is that of the configured brokers. */
export function translated(error: unknown, address: string, subject: RequestSubject = {}): unknown {
  if (error instanceof ImgpipeError || !isKafkaJs(error)) return error;
  const chain = [...causes(error)];
  const refused = chain.find(isRefusal);
  if (refused !== undefined) {
    const type = refused.name === SASL_ERROR ? 'SASL_AUTHENTICATION_FAILED' : String(refused.type);
    // Of a request about several topics, the broker names the one that failed.
    const about = refused.topic === undefined ? subject : { ...subject, topic: refused.topic };
    const refusal = REFUSALS[type];
    if (refusal === undefined) throw new Error(`there is no message for ${type}`);
    return new ImgpipeError(refusal.code, refusal.message(address, reasonOf([refused]), about), { cause: error });
  }
  const reason = reasonOf(chain);
  if (chain.some(({ message }) => TLS_FAILURE.test(message))) {
    const remedy = chain.some(({ message }) => CLOCK_FAILURE.test(message))
      ? `${checkClock()}, and the dates of its certificate`
      : "check kafka_tls, and that kafka_tls_ca is the authority that signed the broker's certificate";
    return new ImgpipeError('broker_refused', `TLS handshake with broker ${address} failed (${reason}): ${remedy}`, {
      cause: error,
    });
  }
  const advertised = chain.map(({ broker }) => broker).find((host) => isAdvertised(host, address));
  if (advertised === undefined) return unavailable(address, reason, error);
  if (!UNRESOLVED.test(reason)) return unavailable(address, `${reason}, at the advertised ${advertised}`, error);
  return new ImgpipeError(
    'broker_unavailable',
    `broker ${address} advertises ${advertised}, a name that does not resolve here (${reason}): set advertised.listeners of that broker to an address that this machine reaches`,
    { cause: error },
  );
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

/** Whether kafkajs cannot decode what it has read: it is damaged, or compressed with a codec that kafkajs lacks. */
export function isUnreadable(error: unknown): boolean {
  return [...causes(error)].some(({ name }) => UNREADABLE.has(name));
}

const UNREADABLE = new Set([
  'KafkaJSNotImplemented',
  'KafkaJSPartialMessageError',
  'KafkaJSUnsupportedMagicByteInMessageSet',
]);

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
  readonly topic?: string;
}

function isRefusal({ name, type }: KafkaJsError): boolean {
  return name === SASL_ERROR || (typeof type === 'string' && Object.hasOwn(REFUSALS, type));
}

/** Whether the host name of a broker that the cluster advertises does not exist. */
export function isUnknownAdvertised(error: unknown, address: string): boolean {
  return [...causes(error)].some((each) => isAdvertised(each.broker, address) && systemErrorOf(each) === 'ENOTFOUND');
}

/** Whether a broker is one that the cluster names, and not the configuration. */
function isAdvertised(broker: string | undefined, address: string): boolean {
  return broker !== undefined && !address.replace('kafka://', '').split(',').includes(broker);
}

const SASL_ERROR = 'KafkaJSSASLAuthenticationError';

function isKafkaJs(error: unknown): error is KafkaJsError {
  return error instanceof Error && (error.name.startsWith('KafkaJS') || isUntypedKafkaJs(error));
}

/** Whether kafkajs itself failed, as with a TypeError when a connection closes at a bad moment: the stack shows where. */
function isUntypedKafkaJs(error: unknown): boolean {
  if (!(error instanceof Error) || error.name.startsWith('KafkaJS')) return false;
  const origin = error.stack?.split('\n').find((line) => line.trimStart().startsWith('at '));
  return /[\\/](?:node_modules|bundle)[\\/]kafkajs[\\/]/.test(origin ?? '');
}

function* causes(error: unknown): Generator<KafkaJsError> {
  const seen = new Set<unknown>();
  for (let each = error; each instanceof Error && !seen.has(each); each = each.cause) {
    seen.add(each);
    yield each;
    for (const inner of partsOf(each)) yield* causes(inner);
  }
}

/** The errors that an error collects: of several requests, of the groups or of the partitions of one. */
function partsOf(error: Error): unknown[] {
  const { errors, groups, partitions } = error as { errors?: unknown; groups?: unknown; partitions?: unknown };
  const listed = [groups, partitions].flatMap((list): ({ error?: unknown } | undefined)[] =>
    Array.isArray(list) ? list : [],
  );
  return [...(Array.isArray(errors) ? errors : []), ...listed.map((each) => each?.error)];
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
