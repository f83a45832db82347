import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { BusSettings } from '../rounds/site.ts';
import { AWS_ENVIRONMENT, makeBucket } from './buckets.ts';
import type { S3Server } from './s3-server.ts';

const PREFIX = 'some/prefix';
/** Not a setting: where the server keeps what is below the prefix. */
const FOLDER = 'TEST_STORE_FOLDER';

/** The settings of a new store on a server, with credentials, also for this process. `port` is that of a proxy before it. */
export function newStore(server: Pick<S3Server, 'port' | 'data'>, port = server.port): BusSettings {
  Object.assign(process.env, AWS_ENVIRONMENT);
  const bucket = makeBucket(server);
  return {
    ...AWS_ENVIRONMENT,
    IMGPIPE_STORE: `s3://${bucket}/${PREFIX}`,
    IMGPIPE_STORE_ENDPOINT: `http://127.0.0.1:${port}`,
    IMGPIPE_STORE_PATH_STYLE: 'true',
    [FOLDER]: path.join(server.data, bucket, PREFIX),
  };
}

/**
 * The folder that has a pipeline's objects as files: the data folder, or where the S3 server keeps them, if only one pipeline
 * has used the store.
 */
export function objectsOf(data: string, { [FOLDER]: folder }: BusSettings): string {
  if (folder === undefined) return data;
  const [pipeline = 'none'] = existsSync(folder) ? readdirSync(folder) : [];
  return path.join(folder, pipeline);
}
