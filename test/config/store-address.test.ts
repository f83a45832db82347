import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { s3ConnectionOf } from '../../src/config/s3-connection.ts';

function connection(given: Record<string, unknown>, env: Record<string, string> = {}) {
  return s3ConnectionOf(loadConfig({ given, givenAs: 'name', env: {} }), env);
}

describe('the address of the store', () => {
  it('is the data folder unless it is that of a bucket', () => {
    expect(connection({})).toBeUndefined();
    expect(connection({ store: 'files' })).toBeUndefined();
  });

  it.each([
    ['s3://my-bucket', { bucket: 'my-bucket', prefix: '' }],
    ['s3://my-bucket/', { bucket: 'my-bucket', prefix: '' }],
    ['s3://my.bucket/one/two/', { bucket: 'my.bucket', prefix: 'one/two' }],
  ])('may be %s', (store, address) => {
    expect(connection({ store })).toEqual({
      ...address,
      endpoint: undefined,
      region: undefined,
      pathStyle: false,
      encryption: undefined,
      kmsKey: undefined,
    });
  });

  it.each([
    's3://',
    's3://ab',
    's3://My-Bucket/x',
    's3://a..b/x',
    's3://bucket//x',
    's3://bucket/x/../y',
    's3://bucket/x?y',
    's3://bucket/a b',
    'http://bucket/x',
    'S3://bucket',
    'folder',
    '',
  ])('may not be %s', (store) => {
    expect(() => connection({ store })).toThrow(/^store: ".*" is not valid: use 'files', or a bucket of S3/);
  });

  it.each([
    { store: 's3://key:secret@bucket/x' },
    { store: 's3://bucket/x', storeEndpoint: 'https://key:secret@host' },
  ])('never has credentials, and an error does not print them: %j', (given) => {
    expect(() => connection(given)).toThrow(
      /the value is not valid.*credentials come from the AWS chain|the value is not valid.*they come from the AWS chain/,
    );
    expect(() => connection(given)).not.toThrow(/secret/);
  });

  it.each(['host:9000', 'ftp://host', 'http://host/path', 'http://host?x=1'])('has no endpoint %s', (storeEndpoint) => {
    expect(() => connection({ store: 's3://bucket', storeEndpoint })).toThrow(/use the URL of an S3 server/);
  });
});

describe('a store on S3', () => {
  const store = 's3://bucket/x';

  it('on another server than those of AWS has a region, whichever', () => {
    const storeEndpoint = 'http://127.0.0.1:9000/';
    expect(connection({ store, storeEndpoint })).toMatchObject({
      endpoint: 'http://127.0.0.1:9000',
      region: 'us-east-1',
    });
    expect(connection({ store, storeEndpoint }, { AWS_REGION: 'eu-north-1' })?.region).toBe('eu-north-1');
    expect(connection({ store, storeEndpoint, storeRegion: 'here' }, { AWS_REGION: 'there' })?.region).toBe('here');
    expect(connection({ store }, { AWS_REGION: 'eu-north-1' })?.region).toBeUndefined();
  });

  it('is encrypted as the settings say', () => {
    expect(connection({ store, storeEncryption: 'AES256' })).toMatchObject({ encryption: 'AES256', kmsKey: undefined });
    expect(connection({ store, storeEncryption: 'aws:kms', storeKmsKey: 'arn' })).toMatchObject({ kmsKey: 'arn' });
    expect(() => connection({ store, storeKmsKey: 'arn' })).toThrow(/store_encryption is not aws:kms/);
  });

  it.each([
    [{ storeEndpoint: 'http://host' }, /^store: it is files, but store_endpoint is set/],
    [{ store, asCopy: true }, /^as_copy: /],
  ])('is refused where it cannot work: %j', (given, message) => {
    expect(() => connection(given)).toThrow(message);
  });
});
