import { ImgpipeError } from '../../domain/errors.ts';
import type { Bucket } from './bucket.ts';

/** More than a pipeline has in a folder. */
const MAX_LISTED = 5_000_000;

/** The keys of the store below a folder. */
export async function keysBelow(bucket: Bucket, folder: string, maxListed = MAX_LISTED): Promise<string[]> {
  const keys: string[] = [];
  let token: string | undefined;
  do {
    const page = await listPage(bucket, folder, { token });
    keys.push(...page.keys);
    // Each further page has objects and another token, or the list would not have to end.
    if (page.next !== undefined && (page.keys.length === 0 || page.next === token || keys.length > maxListed)) {
      throw wrong(bucket, 'lists without an end');
    }
    token = page.next;
  } while (token !== undefined);
  return keys;
}

/** Whether anything is below a folder. */
export async function hasAny(bucket: Bucket, folder: string): Promise<boolean> {
  return (await listPage(bucket, folder, { limit: 1 })).keys.length > 0;
}

interface PageOptions {
  readonly token?: string | undefined;
  readonly limit?: number;
}

async function listPage(bucket: Bucket, folder: string, { token, limit }: PageOptions) {
  const { sdk, requests, connection, keyOf } = bucket;
  const prefix = keyOf(`${folder}/`);
  const command = new sdk.ListObjectsV2Command({
    Bucket: connection.bucket,
    Prefix: prefix,
    // XML cannot have every character that a key may have.
    EncodingType: 'url',
    ...(token !== undefined && { ContinuationToken: token }),
    ...(limit !== undefined && { MaxKeys: limit }),
  });
  const page = await requests.send((client, abortSignal) => client.send(command, { abortSignal }));
  if (page.IsTruncated === undefined) throw wrong(bucket, 'sends a list that is not that of S3');
  const root = keyOf('').length;
  const keys = (page.Contents ?? []).map(({ Key = '' }) => {
    const key = page.EncodingType === 'url' ? decoded(Key) : Key;
    if (!key.startsWith(prefix)) throw wrong(bucket, 'lists what was not asked for');
    return key.slice(root);
  });
  return { keys, next: page.IsTruncated ? (page.NextContinuationToken ?? '') : undefined };
}

function decoded(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return key;
  }
}

function wrong({ requests }: Bucket, what: string): ImgpipeError {
  return new ImgpipeError(
    'store_unavailable',
    `the store ${requests.name} ${what}: check that store_endpoint is an S3 server`,
  );
}
