import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { ImgpipeError } from '../../domain/errors.ts';
import type { ObjectDigest } from '../../ports/object-store.ts';
import type { Bucket } from './bucket.ts';
import { isNoObject, statusOf, translated } from './errors.ts';

/** Larger than any picture that is received, and than a buffer should be. */
export const MAX_STORED_BYTES = 2 ** 30;

const PRECONDITION_FAILED = 412;

/** What the server says about an object. */
export interface ObjectFacts {
  readonly size: number;
  /** The digest that the server computed when the object was put, in hexadecimal. */
  readonly sha256: string | undefined;
  /** Identifies these bytes under this key. */
  readonly etag: string | undefined;
}

/** The facts of an object; undefined if there is none. */
export async function factsOf(bucket: Bucket, key: string): Promise<ObjectFacts | undefined> {
  const { sdk, requests, connection, keyOf } = bucket;
  const command = new sdk.HeadObjectCommand({ Bucket: connection.bucket, Key: keyOf(key), ChecksumMode: 'ENABLED' });
  try {
    const found = await requests.send((client, abortSignal) => client.send(command, { abortSignal }));
    const { ContentLength, ChecksumSHA256, ChecksumType, ETag } = found;
    if (ContentLength === undefined) throw noSize(bucket, key);
    return {
      size: ContentLength,
      sha256: ChecksumType === 'COMPOSITE' ? undefined : hexOf(ChecksumSHA256),
      etag: ETag,
    };
  } catch (error) {
    if (isNoObject(error)) return undefined;
    throw error;
  }
}

/** The bytes of an object; undefined if there is none. */
export async function bytesOf(bucket: Bucket, key: string, maxBytes: number): Promise<Uint8Array | undefined> {
  const body = await requestBytes(bucket, key, { maxBytes }).catch((error) => {
    if (isNoObject(error)) return undefined;
    throw error;
  });
  if (body === undefined) return undefined;
  const pieces: Uint8Array[] = [];
  for await (const piece of checkedPieces(bucket, key, body, maxBytes)) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** The digest of an object by its bytes. */
export async function digestRead(bucket: Bucket, key: string, facts: ObjectFacts): Promise<ObjectDigest | undefined> {
  const hash = createHash('sha256');
  try {
    for await (const piece of piecesOf(bucket, key, facts)) hash.update(piece);
  } catch (error) {
    if (error instanceof ImgpipeError && error.code === 'object_missing') return undefined;
    throw error;
  }
  return { sha256: hash.digest('hex'), size: facts.size };
}

/** The bytes of an object with these facts. Holds a connection from the first read until the end, a failure or a cancel. */
export async function* piecesOf(bucket: Bucket, key: string, facts: ObjectFacts): AsyncGenerator<Uint8Array> {
  const body = await requestBytes(bucket, key, { maxBytes: facts.size, etag: facts.etag }).catch((error) => {
    if (isNoObject(error)) {
      throw new ImgpipeError('object_missing', `${bucket.locate(key)} no longer exists`, { cause: error });
    }
    throw statusOf((error as Error).cause) === PRECONDITION_FAILED ? changed(bucket, key) : error;
  });
  let length = 0;
  for await (const piece of checkedPieces(bucket, key, body, facts.size)) {
    length += piece.length;
    yield piece;
  }
  if (length !== facts.size) throw changed(bucket, key);
}

interface Body {
  readonly stream: Readable;
  /** The length that the server has announced. */
  readonly length: number | undefined;
}

async function requestBytes(
  bucket: Bucket,
  key: string,
  { maxBytes, etag }: { readonly maxBytes: number; readonly etag?: string | undefined },
): Promise<Body> {
  const { sdk, requests, connection, keyOf } = bucket;
  const command = new sdk.GetObjectCommand({
    Bucket: connection.bucket,
    Key: keyOf(key),
    ...(etag !== undefined && { IfMatch: etag }),
  });
  const { Body, ContentLength } = await requests.send((client, abortSignal) => client.send(command, { abortSignal }));
  const stream = Body as Readable | undefined;
  if (stream === undefined) throw noSize(bucket, key);
  if (ContentLength === undefined || ContentLength <= maxBytes) return { stream, length: ContentLength };
  stream.destroy();
  throw etag === undefined ? tooLarge(bucket, key) : changed(bucket, key);
}

/** The pieces of an answer, which has the length that was announced and at most `maxBytes`, and is not too slow. */
async function* checkedPieces(
  bucket: Bucket,
  key: string,
  { stream, length }: Body,
  maxBytes: number,
): AsyncGenerator<Uint8Array> {
  let [received, waited, since] = [0, 0, performance.now()];
  try {
    for await (const piece of stream as AsyncIterable<Uint8Array>) {
      received += piece.length;
      if (received > maxBytes) throw tooLarge(bucket, key);
      // Not the time that the reader takes.
      waited += performance.now() - since;
      if (waited > bucket.requests.maxMsFor(received)) throw cutShort(bucket, key);
      yield piece;
      since = performance.now();
    }
  } catch (error) {
    throw translated(error, bucket.requests.name);
  } finally {
    stream.destroy();
  }
  if (length !== undefined && received !== length) throw cutShort(bucket, key);
}

function hexOf(base64: string | undefined): string | undefined {
  const bytes = base64 === undefined ? undefined : Buffer.from(base64, 'base64');
  return bytes?.length === 32 ? bytes.toString('hex') : undefined;
}

function tooLarge({ locate }: Bucket, key: string): ImgpipeError {
  return new ImgpipeError(
    'object_damaged',
    `${locate(key)} is larger than any picture that is stored: restore the original object`,
  );
}

function changed({ locate }: Bucket, key: string): ImgpipeError {
  return new ImgpipeError('object_damaged', `${locate(key)} changed while it was read`);
}

function cutShort({ locate }: Bucket, key: string): ImgpipeError {
  return new ImgpipeError(
    'store_unavailable',
    `the answer with ${locate(key)} was cut short, or too slow: check the network`,
  );
}

function noSize({ requests }: Bucket, key: string): ImgpipeError {
  return new ImgpipeError(
    'store_unavailable',
    `the store ${requests.name} sends an answer about ${key} that is not that of S3: check that store_endpoint is an S3 server`,
  );
}
