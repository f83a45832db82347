import { ImgpipeError } from '../../domain/errors.ts';

/** The broker's answers that mean: not you, or not this. */
const REFUSALS = new Set([
  'TOPIC_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
  'SASL_AUTHENTICATION_FAILED',
  'UNSUPPORTED_SASL_MECHANISM',
  'ILLEGAL_SASL_STATE',
]);
/** OpenSSL's and Node's words for a certificate that will not do, and for the wrong side of TLS. */
const TLS_TROUBLE = /certificate|self.signed|unable to verify|altnames|SSL routines|wrong version number|EPROTO/i;

/** True where the group may have gone on without this member, and it has to join again: what it has in hand may be another's now. */
export function isMembershipLost(error: unknown): boolean {
  return MEMBERSHIP.has(typeOf(error) ?? '');
}

const MEMBERSHIP = new Set([
  'REBALANCE_IN_PROGRESS',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'FENCED_INSTANCE_ID',
  'NOT_COORDINATOR_FOR_GROUP',
]);

/**
 * True where the cluster could not answer yet: it has just started, is about to know who leads what, or has lost one of
 * its brokers, and others may answer.
 */
export function isPassing(error: unknown, hosts: readonly string[]): boolean {
  return PASSING.has(typeOf(error) ?? '') || isStumble(error) || isOneOfSeveral(error, hosts);
}

/** kafkajs asks any broker that it knows of, and that may be another than the one of the address. */
function isOneOfSeveral(error: unknown, hosts: readonly string[]): boolean {
  const away = [...causes(error)].flatMap(({ broker }) => broker ?? []);
  return away.length > 0 && (hosts.length > 1 || away[0] !== hosts[0]);
}

const PASSING = new Set([
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_FOR_PARTITION',
  'GROUP_LOAD_IN_PROGRESS',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR_FOR_GROUP',
  'NOT_CONTROLLER',
]);

/** True where the broker's answer was this one, such as `UNKNOWN_TOPIC_OR_PARTITION`. */
export function isAnswer(error: unknown, type: string): boolean {
  return [...causes(error)].some((each) => each.type === type);
}

/** An error of kafkajs in the house's words; any other is handed back as it is. */
export function translated(error: unknown, address: string): unknown {
  if (error instanceof ImgpipeError || !isKafkaJs(error)) return error;
  const chain = [...causes(error)];
  const reason = reasonOf(chain);
  const refused = chain.some(
    (each) => REFUSALS.has(String(each.type)) || each.name === 'KafkaJSSASLAuthenticationError',
  );
  if (refused) {
    return new ImgpipeError(
      'broker_refused',
      `broker ${address} lets this client not in (${reason}): check kafka_sasl, kafka_username and its password, and what that user may do there`,
      { cause: error },
    );
  }
  if (chain.some(({ message }) => TLS_TROUBLE.test(message))) {
    return new ImgpipeError(
      'broker_refused',
      `broker ${address} and this client do not agree on TLS (${reason}): check kafka_tls, and that kafka_tls_ca names who signed the broker's certificate`,
      { cause: error },
    );
  }
  return unavailable(address, reason, error);
}

/** The error of a broker that does not answer, or not as it should. */
export function unavailable(address: string, reason: string, cause?: unknown): ImgpipeError {
  return new ImgpipeError(
    'broker_unavailable',
    `broker ${address} does not answer (${reason}): start one with 'docker compose -f docker-compose.kafka.yml up -d' or 'npm run kafka', or check the address`,
    { cause },
  );
}

interface KafkaJsError extends Error {
  readonly type?: string;
  /** The `host:port` that does not answer. */
  readonly broker?: string;
}

function isKafkaJs(error: unknown): error is KafkaJsError {
  return error instanceof Error && (error.name.startsWith('KafkaJS') || isStumble(error));
}

/** A few errors of kafkajs, as of a connection that is cut at a bad moment, are of no kind of its own: they are known by where they arise. */
function isStumble(error: unknown): boolean {
  if (!(error instanceof Error) || error.name.startsWith('KafkaJS')) return false;
  const position = error.stack?.split('\n').find((line) => line.trimStart().startsWith('at '));
  return /[\\/]node_modules[\\/]kafkajs[\\/]/.test(position ?? '');
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

/** The innermost words: kafkajs wraps them in its own. */
function reasonOf(chain: readonly KafkaJsError[]): string {
  const message = chain.at(-1)?.message ?? 'no reason given';
  const [, code] = /\b(ECONNREFUSED|ENOTFOUND|ETIMEDOUT|EHOSTUNREACH|ECONNRESET|EAI_AGAIN)\b/.exec(message) ?? [];
  return (code && REASONS[code]) ?? message.replace(/\.$/, '');
}

const REASONS: Record<string, string> = {
  ECONNREFUSED: 'nobody listens there',
  ENOTFOUND: 'there is no host of this name',
  EAI_AGAIN: 'the name cannot be looked up',
  ETIMEDOUT: 'no connection in time',
  EHOSTUNREACH: 'there is no way to the host',
  ECONNRESET: 'the connection was cut',
};
