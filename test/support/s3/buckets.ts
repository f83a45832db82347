import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { S3Connection } from '../../../src/adapters/s3/connection.ts';
import { createS3ObjectStore } from '../../../src/adapters/s3/object-store.ts';
import { createRequests, type TimeLimits } from '../../../src/adapters/s3/requests.ts';
import { loadSdk } from '../../../src/adapters/s3/sdk.ts';
import { ACCESS_KEY, type S3Server, SECRET_KEY } from './s3-server.ts';

/** The variables by which the AWS chain finds the user of the tests' servers. */
export const AWS_ENVIRONMENT = { AWS_ACCESS_KEY_ID: ACCESS_KEY, AWS_SECRET_ACCESS_KEY: SECRET_KEY } as const;

/** Makes a bucket; returns its name. */
export function makeBucket({ data }: Pick<S3Server, 'data'>): string {
  const bucket = `test-${randomUUID()}`;
  mkdirSync(path.join(data, bucket));
  return bucket;
}

/** How to connect to a new bucket of a server. */
export function connectionTo(server: Pick<S3Server, 'data' | 'port'>, prefix = 'some/prefix'): S3Connection {
  const endpoint = `http://127.0.0.1:${server.port}`;
  return { bucket: makeBucket(server), prefix, endpoint, region: 'us-east-1', pathStyle: true };
}

interface TestStoreOptions {
  readonly pipelineId?: string;
  readonly maxBytes?: number;
  readonly limits?: TimeLimits;
}

/** Opens the store of a new pipeline. */
export async function openTestStore(
  connection: S3Connection,
  { pipelineId = randomUUID(), limits, ...options }: TestStoreOptions = {},
) {
  Object.assign(process.env, AWS_ENVIRONMENT);
  const sdk = await loadSdk();
  const requests = createRequests(sdk, connection, limits);
  return { store: createS3ObjectStore({ sdk, requests, connection, pipelineId, ...options }), requests, sdk };
}
