import { type ErrorCode, ImgpipeError } from '../../domain/errors.ts';

/** What an error of S3 means, by its code (the API reference's "Error responses"), and what to do. */
const MEANINGS: readonly (readonly [names: readonly string[], code: ErrorCode, advice: string])[] = [
  [['NoSuchBucket'], 'config_invalid', 'create the bucket, or name another one in store'],
  [['InvalidBucketName'], 'config_invalid', 'name another bucket in store'],
  [
    ['PermanentRedirect', 'TemporaryRedirect', 'AuthorizationHeaderMalformed', 'IllegalLocationConstraintException'],
    'config_invalid',
    'set store_region to the region of the bucket',
  ],
  [
    ['NotImplemented'],
    'config_invalid',
    'the server lacks what imgpipe needs: leave out store_encryption, or use another',
  ],
  [
    ['RequestTimeTooSkewed', 'RequestExpired'],
    'store_unavailable',
    "set this host's clock, which differs from the server's",
  ],
  [
    ['CredentialsProviderError'],
    'no_permission',
    'there are no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or run where a role gives them',
  ],
  [['InvalidAccessKeyId'], 'no_permission', 'there is no such access key: check AWS_ACCESS_KEY_ID, or the profile'],
  [
    ['SignatureDoesNotMatch'],
    'no_permission',
    'the secret of the access key is wrong: check AWS_SECRET_ACCESS_KEY, or the profile',
  ],
  [
    ['ExpiredToken', 'ExpiredTokenException', 'InvalidToken'],
    'no_permission',
    'renew the session of the AWS credentials',
  ],
  [['QuotaExceeded', 'XMinioStorageFull', 'InsufficientStorage'], 'disk_full', 'free some space on the server'],
  [
    ['BadDigest', 'XAmzContentChecksumMismatch', 'IncompleteBody'],
    'store_unavailable',
    'the bytes did not arrive as they were sent: check the network and its proxies',
  ],
  [['SlowDown', 'TooManyRequests', 'ThrottlingException'], 'store_unavailable', 'it asks for fewer requests'],
];

const REFUSED = 'grant these credentials what the guide on S3 lists, for this bucket and its key';

/** An error of S3, its SDK or the connection as an ImgpipeError that names the store; any other error as it is. */
export function translated(error: unknown, store: string): unknown {
  if (error instanceof ImgpipeError || !(error instanceof Error)) return error;
  const make = (code: ErrorCode, reason: string, advice: string) =>
    new ImgpipeError(code, `the store ${store} ${reason}: ${advice}`, { cause: error });
  const status = statusOf(error);
  const [, code, advice] = MEANINGS.find(([names]) => names.includes(error.name)) ?? [];
  if (code !== undefined && advice !== undefined) {
    return make(code, `${verbOf(code)} (${error.name})`, advice);
  }
  if (status !== undefined) return byStatus(status, error, make);
  if (isRegionMissing(error)) return make('config_invalid', 'has no region', 'set store_region, or AWS_REGION');
  const reason = connectionReason(error);
  if (reason !== undefined) {
    return make('store_unavailable', `is out of reach (${reason})`, 'check store_endpoint, the server and the network');
  }
  return isUnreadable(error)
    ? make('store_unavailable', 'sends an answer that is not that of S3', 'check that store_endpoint is an S3 server')
    : error;
}

function byStatus(
  status: number,
  error: Error,
  make: (code: ErrorCode, reason: string, advice: string) => ImgpipeError,
): ImgpipeError {
  // The answer to a HEAD request has no code.
  const what = /^(?:Unknown|UnknownError|Error)$/.test(error.name)
    ? `status ${status}`
    : `${error.name}, status ${status}`;
  if (status === 401 || status === 403) return make('no_permission', `refuses access (${what})`, REFUSED);
  if (status === 301 || status === 307) {
    return make('config_invalid', `is elsewhere (${what})`, 'set store_region to the region of the bucket');
  }
  if (status === 507) return make('disk_full', `is full (${what})`, 'free some space on the server');
  return make('store_unavailable', `does not respond as expected (${what})`, 'check the server');
}

function verbOf(code: ErrorCode): string {
  if (code === 'no_permission') return 'refuses access';
  return code === 'disk_full'
    ? 'is full'
    : code === 'config_invalid'
      ? 'cannot be used'
      : 'does not respond as expected';
}

/** The HTTP status of an error of the server. */
export function statusOf(error: unknown): number | undefined {
  const metadata = error instanceof Error && '$metadata' in error ? error.$metadata : undefined;
  const status = (metadata as { httpStatusCode?: unknown } | undefined)?.httpStatusCode;
  // An answer that was accepted, and then could not be read, has no status of an error.
  return typeof status === 'number' && status >= 300 ? status : undefined;
}

/** Whether an error, translated or not, says that there is no such object. */
export function isNoObject(error: unknown): boolean {
  const cause = error instanceof ImgpipeError ? error.cause : error;
  return statusOf(cause) === 404 && (cause as Error).name !== 'NoSuchBucket';
}

/** The words of an error of the socket or of a time limit. */
function connectionReason(error: Error): string | undefined {
  const first = error instanceof AggregateError && error.errors[0] instanceof Error ? error.errors[0] : error;
  const code = 'code' in first && typeof first.code === 'string' ? first.code : undefined;
  if (first.name === 'TimeoutError' || first.name === 'AbortError') return code ?? 'no answer in time';
  if (
    code !== undefined &&
    /^(?:E[A-Z0-9]+$|EAI_|ERR_TLS_|ERR_SSL_|HPE_|CERT_|DEPTH_|SELF_SIGNED|UNABLE_TO_)/.test(code)
  ) {
    return first.message.includes(code) ? first.message : `${first.message}, ${code}`;
  }
  return /socket hang up|aborted|premature/i.test(first.message) ? first.message : undefined;
}

function isRegionMissing({ message }: Error): boolean {
  return /region is missing/i.test(message);
}

/** Whether the SDK could not read an answer. */
function isUnreadable(error: Error): boolean {
  return '$response' in error || '$metadata' in error || '$responseBodyText' in error;
}
