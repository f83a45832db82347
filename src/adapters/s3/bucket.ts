import type { S3Connection } from './connection.ts';
import type { Requests } from './requests.ts';
import type { Sdk } from './sdk.ts';

/** What the parts of the adapter read and write with. */
export interface Bucket {
  readonly sdk: Sdk;
  readonly requests: Requests;
  readonly connection: S3Connection;
  /** The key in the bucket of a key of the store. */
  keyOf(key: string): string;
  /** The full address of a key of the store. */
  locate(key: string): string;
}
