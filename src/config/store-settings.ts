import { oneOf, text, yesOrNo } from './readers.ts';
import type { Setting } from './setting.ts';
import { FILES, isPlainStore, storeAddress, storeEndpoint } from './store-address.ts';

/** How S3 encrypts new objects; `none` leaves it to the bucket. */
const ENCRYPTION = ['none', 'AES256', 'aws:kms'] as const;

/** The settings of the object store. Those of the connection to S3 have no flags: they describe an installation, not a task. */
export const STORE_SETTINGS = {
  store: {
    field: 'store',
    flag: '--store <address>',
    help: 'where pictures and texts are: files, in the data folder, or s3://bucket/prefix',
    takes: 'text',
    fallback: FILES,
    isShown: isPlainStore,
    read: storeAddress,
  },
  storeEndpoint: {
    field: 'store_endpoint',
    help: "the URL of the S3 server, if it is not AWS's",
    takes: 'text',
    fallback: '',
    isShown: isPlainStore,
    read: storeEndpoint,
  },
  storePathStyle: {
    field: 'store_path_style',
    help: 'name the bucket in the path of the URL, not in its host, as most servers want that are not AWS',
    takes: 'boolean',
    fallback: false,
    read: yesOrNo,
  },
  storeRegion: {
    field: 'store_region',
    help: 'the region of the bucket, if it is not the one of the AWS settings',
    takes: 'text',
    fallback: '',
    read: (value: unknown) => (value === '' ? '' : text(value, 'a region, such as eu-central-1')),
  },
  storeEncryption: {
    field: 'store_encryption',
    help: `how S3 encrypts new objects: ${ENCRYPTION.join(', ')}; none leaves it to the bucket`,
    takes: ENCRYPTION,
    fallback: 'none',
    read: (value: unknown) => oneOf(value, ENCRYPTION),
  },
  storeKmsKey: {
    field: 'store_kms_key',
    help: 'the id or ARN of the key for aws:kms; without it, the one of AWS for S3',
    takes: 'text',
    fallback: '',
    read: (value: unknown) => (value === '' ? '' : text(value, 'the id or ARN of a KMS key')),
  },
} satisfies Record<string, Setting<unknown>>;
