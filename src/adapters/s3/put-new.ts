import { setTimeout as sleep } from 'node:timers/promises';
import { sha256Of } from '../../base/digest.ts';
import { ImgpipeError } from '../../domain/errors.ts';
import type { NewObject, PutResult } from '../../ports/object-store.ts';
import type { Bucket } from './bucket.ts';
import { statusOf } from './errors.ts';

const PRECONDITION_FAILED = 412;
/** Another PUT or DELETE of the key is in progress. */
const CONFLICT = 409;
/** How often a conflict is tried again, and how far apart. */
const TRIES = 20;
const PAUSE_MS = 50;

const TYPES: Readonly<Record<string, string>> = {
  jpg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  webp: 'image/webp',
  tiff: 'image/tiff',
  bmp: 'image/bmp',
  txt: 'text/plain; charset=utf-8',
};

/** Puts an object if its key is free. The server compares the bytes that arrive with their digest. */
export async function putNew(
  { sdk, requests, connection, keyOf, locate }: Bucket,
  { key, bytes, sha256 = sha256Of(bytes) }: NewObject,
): Promise<PutResult> {
  const { bucket, encryption, kmsKey } = connection;
  const input = {
    Bucket: bucket,
    Key: keyOf(key),
    Body: bytes,
    ContentLength: bytes.length,
    ContentType: TYPES[key.slice(key.lastIndexOf('.') + 1)] ?? 'application/octet-stream',
    IfNoneMatch: '*',
    ChecksumSHA256: Buffer.from(sha256, 'hex').toString('base64'),
    ...(encryption && { ServerSideEncryption: encryption }),
    ...(kmsKey && { SSEKMSKeyId: kmsKey }),
  };
  for (let tries = 1; ; tries += 1) {
    try {
      const put = new sdk.PutObjectCommand(input);
      await requests.send((client, abortSignal) => client.send(put, { abortSignal }), bytes.length);
      return 'added';
    } catch (error) {
      const status = error instanceof ImgpipeError ? statusOf(error.cause) : undefined;
      if (status === PRECONDITION_FAILED) return 'exists';
      if (status !== CONFLICT) throw error;
      if (tries === TRIES) {
        throw new ImgpipeError('store_unavailable', `${locate(key)} is being written by others`, { cause: error });
      }
    }
    await sleep(PAUSE_MS);
  }
}
