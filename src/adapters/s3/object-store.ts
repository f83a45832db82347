import { atOnce } from '../../base/at-once.ts';
import type { NewObject, ObjectStore } from '../../ports/object-store.ts';
import type { Bucket } from './bucket.ts';
import { addressOf, type S3Connection } from './connection.ts';
import { translated } from './errors.ts';
import { hasAny, keysBelow } from './listing.ts';
import { putNew } from './put-new.ts';
import { bytesOf, digestRead, factsOf, MAX_STORED_BYTES, piecesOf } from './read-object.ts';
import type { Requests } from './requests.ts';
import type { Sdk } from './sdk.ts';

/** How many objects one call puts at once. */
const PUTS_AT_ONCE = 16;
/** How many keys one request removes at most. */
const MAX_REMOVED = 1000;

export interface S3StoreParts {
  readonly sdk: Sdk;
  readonly requests: Requests;
  readonly connection: S3Connection;
  /** The pipeline whose objects these are: a part of every key. */
  readonly pipelineId: string;
  /** The size of the largest object that `get` reads. */
  readonly maxBytes?: number;
}

/** An object store in a bucket of S3: `s3://bucket/prefix/<pipeline id>/<key>`. An object is one conditional PUT. */
export function createS3ObjectStore(parts: S3StoreParts): ObjectStore {
  const { sdk, requests, connection, pipelineId, maxBytes = MAX_STORED_BYTES } = parts;
  const root = [connection.prefix, pipelineId].filter((part) => part !== '').join('/');
  const address = addressOf({ ...connection, prefix: root });
  const bucket: Bucket = {
    sdk,
    requests,
    connection,
    keyOf: (key) => `${root}/${key}`,
    locate: (key) => `${address}/${key}`,
  };

  async function removeSome(keys: readonly string[]): Promise<void> {
    const Objects = keys.map((key) => ({ Key: bucket.keyOf(key) }));
    const command = new sdk.DeleteObjectsCommand({ Bucket: connection.bucket, Delete: { Objects, Quiet: true } });
    const { Errors = [] } = await requests.send((client, abortSignal) => client.send(command, { abortSignal }));
    const refused = Errors.find(({ Code }) => Code !== 'NoSuchKey');
    if (refused === undefined) return;
    const error = Object.assign(new Error(refused.Message), {
      name: refused.Code ?? 'Error',
      $metadata: { httpStatusCode: refused.Code === 'AccessDenied' ? 403 : 500 },
    });
    throw translated(error, requests.name);
  }

  return {
    address,
    writesLate: true,
    locate: bucket.locate,
    put: (objects) => atOnce(PUTS_AT_ONCE, objects, (object: NewObject) => putNew(bucket, object)),
    get: (key) => bytesOf(bucket, key, maxBytes),

    async digest(key, { deep = false } = {}) {
      const facts = await factsOf(bucket, key);
      if (facts === undefined) return undefined;
      // An object that another program put there may lack a checksum, or have one of its parts.
      if (deep || facts.sha256 === undefined) return digestRead(bucket, key, facts);
      return { sha256: facts.sha256, size: facts.size };
    },

    size: async (key) => (await factsOf(bucket, key))?.size,

    async open(key) {
      const facts = await factsOf(bucket, key);
      return facts && { size: facts.size, bytes: ReadableStream.from(piecesOf(bucket, key, facts)) };
    },

    list: (folder) => keysBelow(bucket, folder),
    exists: (folder) => hasAny(bucket, folder),

    async remove(keys) {
      for (let at = 0; at < keys.length; at += MAX_REMOVED) await removeSome(keys.slice(at, at + MAX_REMOVED));
    },

    // An interrupted PUT leaves nothing.
    collectGarbage: async () => {},
  };
}
