import { ImgpipeError } from '../domain/errors.ts';
import type { Config } from './settings.ts';
import { s3Address } from './store-address.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** For a server that is not AWS's, which seldom has regions. */
const DEFAULT_REGION = 'us-east-1';

type StoreConfig = Pick<
  Config,
  'store' | 'storeEndpoint' | 'storePathStyle' | 'storeRegion' | 'storeEncryption' | 'storeKmsKey' | 'asCopy'
>;

/** How to connect to the configured store on S3; undefined for the store in the data folder. Throws `config_invalid`. */
export function s3ConnectionOf(config: StoreConfig, env: Env) {
  const address = s3Address(config.store);
  const { storeEndpoint, storeRegion, storePathStyle, storeEncryption, storeKmsKey } = config;
  if (address === undefined) {
    if (storeEndpoint) throw invalid(`store: it is ${config.store}, but store_endpoint is set: give --store s3://…`);
    return undefined;
  }
  if (storeKmsKey && storeEncryption !== 'aws:kms') {
    throw invalid('store_kms_key: it is set, but store_encryption is not aws:kms: set both, or neither');
  }
  if (config.asCopy) {
    throw invalid(
      `as_copy: the pictures are in ${config.store} under the id of the original, so a copy of the catalog alone would have none: leave out --as-copy, and move the pipeline with its pictures by imgpipe copy`,
    );
  }
  const region = storeRegion || (storeEndpoint && (env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || DEFAULT_REGION));
  return {
    ...address,
    endpoint: storeEndpoint || undefined,
    region: region || undefined,
    pathStyle: storePathStyle,
    encryption: storeEncryption === 'none' ? undefined : storeEncryption,
    kmsKey: storeKmsKey || undefined,
  };
}

function invalid(message: string): ImgpipeError {
  return new ImgpipeError('config_invalid', message);
}
