/** Where a store on S3 is, and how to talk to it. The credentials come from the AWS chain. */
export interface S3Connection {
  readonly bucket: string;
  /** What all keys start with: empty, or names joined by slashes, without a slash at either end. */
  readonly prefix: string;
  /** The URL of a server that is not AWS's. */
  readonly endpoint?: string | undefined;
  /** The region; undefined for that of the AWS chain. */
  readonly region?: string | undefined;
  /** Whether the bucket is a part of the path, not of the host's name. */
  readonly pathStyle: boolean;
  /** How the server encrypts new objects; undefined for the bucket's default. */
  readonly encryption?: 'AES256' | 'aws:kms' | undefined;
  readonly kmsKey?: string | undefined;
}

/** The address of all that is below the prefix: `s3://bucket/prefix`. */
export function addressOf({ bucket, prefix }: Pick<S3Connection, 'bucket' | 'prefix'>): string {
  return prefix === '' ? `s3://${bucket}` : `s3://${bucket}/${prefix}`;
}

/** The address with the server that is not AWS's, for messages. */
export function nameOf(connection: Pick<S3Connection, 'bucket' | 'prefix' | 'endpoint'>): string {
  const { endpoint } = connection;
  return `${addressOf(connection)}${endpoint === undefined ? '' : ` at ${endpoint}`}`;
}
