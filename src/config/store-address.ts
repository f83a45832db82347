/** The store in the data folder. */
export const FILES = 'files';

/** Where a store on S3 is. */
export interface S3Address {
  readonly bucket: string;
  /** Empty, or names joined by slashes. */
  readonly prefix: string;
}

const S3 = 's3://';
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
/** A prefix of characters that need no care anywhere. */
const PREFIX = /^[a-zA-Z0-9!_.'()-]+(?:\/[a-zA-Z0-9!_.'()-]+)*$/;
const MAX_PREFIX = 500;
const VALID = `'${FILES}', or a bucket of S3 with a prefix, such as s3://my-bucket/garden`;

/** Whether an address can be printed: one with something before an @ may have a secret. */
export function isPlainStore(value: string): boolean {
  return !value.includes('@');
}

/** The address of the store as it is given, checked. */
export function storeAddress(value: unknown): string {
  if (typeof value !== 'string') throw new Error(VALID);
  if (value === FILES) return value;
  const { bucket, prefix } = s3Address(value) ?? {};
  return prefix === '' ? `${S3}${bucket}` : `${S3}${bucket}/${prefix}`;
}

/** The parts of the address of a store on S3; undefined for the store in the data folder. */
export function s3Address(address: string): S3Address | undefined {
  if (address === FILES) return undefined;
  if (!address.startsWith(S3)) throw new Error(VALID);
  if (address.includes('@')) {
    throw new Error('an address without credentials, such as s3://my-bucket/garden: they come from the AWS chain');
  }
  const [bucket = '', ...rest] = address.slice(S3.length).replace(/\/$/, '').split('/');
  const prefix = rest.join('/');
  const isPrefix = prefix === '' ? rest.length === 0 : PREFIX.test(prefix) && prefix.length <= MAX_PREFIX;
  const hasDots = rest.some((name) => name === '.' || name === '..');
  if (!BUCKET.test(bucket) || bucket.includes('..') || !isPrefix || hasDots) throw new Error(VALID);
  return { bucket, prefix };
}

/** The URL of a server that is not AWS's; empty for AWS. */
export function storeEndpoint(value: unknown): string {
  if (value === '') return '';
  const valid = 'the URL of an S3 server, such as http://minio.example.org:9000';
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw new Error(valid);
  if (url.username !== '' || url.password !== '') {
    throw new Error(`${valid}, without a user: credentials come from the AWS chain`);
  }
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') throw new Error(valid);
  return url.origin;
}
