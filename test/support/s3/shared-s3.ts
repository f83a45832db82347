import { inject } from 'vitest';
import { requestServer } from '../shared-server.ts';
import type { SharedS3 } from './s3-for-tests.ts';

/** The server that all test files share, or why there is none. To be awaited at the top of a test file. */
export async function sharedS3(): Promise<SharedS3> {
  return (await requestServer(inject('s3'), 'S3Proxy')) as SharedS3;
}
