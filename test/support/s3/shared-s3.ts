import { inject } from 'vitest';
import type { SharedS3 } from './s3-for-tests.ts';

/** The server that all test files share, or why there is none. To be awaited at the top of a test file. */
export async function sharedS3(): Promise<SharedS3> {
  const response = await fetch(inject('s3'));
  const { value, error } = (await response.json()) as { value?: SharedS3; error?: string };
  if (error !== undefined || value === undefined)
    throw new Error(`the S3 server did not start for the tests: ${error}`);
  return value;
}
