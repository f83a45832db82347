import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { S3Connection } from '../../../src/adapters/s3/connection.ts';
import { putNew } from '../../../src/adapters/s3/put-new.ts';
import { loadSdk } from '../../../src/adapters/s3/sdk.ts';
import { sha256Of } from '../../../src/base/digest.ts';
import { AWS_ENVIRONMENT, connectionTo, openTestStore } from '../../support/s3/buckets.ts';
import { sharedS3 } from '../../support/s3/shared-s3.ts';

const { server, whyNone } = await sharedS3();

const KEY = 'image_database/00001.jpg';
const OBJECT = { key: KEY, bytes: Buffer.from('a picture') };

/** Opens a store as another user, or on another bucket. */
async function opened(over: Partial<S3Connection> = {}, env: Record<string, string> = {}) {
  if (server === undefined) throw new Error('there is no server');
  const connection = { ...connectionTo(server), ...over };
  const { store, requests, sdk } = await openTestStore(connection);
  for (const [name, value] of Object.entries({ ...AWS_ENVIRONMENT, ...env })) vi.stubEnv(name, value);
  onTestFinished(() => {
    requests.close();
    vi.unstubAllEnvs();
    Object.assign(process.env, AWS_ENVIRONMENT);
  });
  return { store, requests, sdk, connection };
}

function error(code: string, ...parts: string[]) {
  return { code, message: expect.stringMatching(new RegExp(parts.map((part) => `(?=.*${part})`).join(''), 's')) };
}

describe.skipIf(server === undefined)(`the store on S3 says what is wrong${whyNone ? `: ${whyNone}` : ''}`, () => {
  it.each(['put', 'list', 'get', 'exists'] as const)('of a bucket that does not exist: %s', async (name) => {
    const { store } = await opened({ bucket: 'no-such-bucket' });
    const calls = {
      put: () => store.put([OBJECT]),
      list: () => store.list('image_database'),
      get: () => store.get(KEY),
      exists: () => store.exists('image_database'),
    };
    await expect(calls[name]()).rejects.toMatchObject(
      error('config_invalid', 's3://no-such-bucket/some/prefix', 'NoSuchBucket', 'create the bucket'),
    );
  });

  it.each([
    ['a wrong secret', { AWS_SECRET_ACCESS_KEY: 'wrong' }, 'SignatureDoesNotMatch', 'check AWS_SECRET_ACCESS_KEY'],
    ['an unknown user', { AWS_ACCESS_KEY_ID: 'nobody' }, 'InvalidAccessKeyId', 'check AWS_ACCESS_KEY_ID'],
    [
      'no user',
      { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_EC2_METADATA_DISABLED: 'true', HOME: '/nowhere' },
      'CredentialsProviderError',
      'there are no AWS credentials',
    ],
  ])('of %s, and prints no secret', async (_, env, name, advice) => {
    const { store } = await opened({}, env);
    const refused = await store.put([OBJECT]).catch((thrown) => thrown);
    expect(refused).toMatchObject(error('no_permission', name, advice));
    expect(refused.message).not.toMatch(/wrong['"]|test-credential/);
    // The answer to a HEAD request has no more than a status.
    await expect(store.size(KEY)).rejects.toMatchObject({ code: 'no_permission' });
  });

  it('of a server that is out of reach', async () => {
    const { store } = await opened({ endpoint: 'http://127.0.0.1:1' });
    await expect(store.put([OBJECT])).rejects.toMatchObject(
      error('store_unavailable', 'ECONNREFUSED', 'store_endpoint'),
    );
  });

  it('of an encryption that the server does not have', async () => {
    const { store } = await opened({ encryption: 'AES256' });
    await expect(store.put([OBJECT])).rejects.toMatchObject(error('config_invalid', 'leave out store_encryption'));
  });

  it('of bytes that arrive otherwise than they were sent, which the server does not keep', async () => {
    const { requests, sdk, connection, store } = await opened();
    const bucket = { requests, sdk, connection, keyOf: (key: string) => `p/${key}`, locate: (key: string) => key };
    const damaged = { key: KEY, bytes: Buffer.from('a picture'), sha256: sha256Of(Buffer.from('another')) };
    await expect(putNew(bucket, damaged)).rejects.toMatchObject(error('store_unavailable', 'BadDigest'));
    expect(await store.exists('image_database')).toBe(false);
  });
});

describe.skipIf(server === undefined)('the store on S3', () => {
  it('works with a clock that is two hours off', async () => {
    const { store } = await opened();
    vi.useFakeTimers({ now: Date.now() - 7_200_000, toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    expect(await store.put([OBJECT])).toEqual(['added']);
  });

  it('reads an object that another program has put there without a checksum', async () => {
    const { store, connection } = await opened();
    await store.put([OBJECT]);
    const folder = path.join(server?.data ?? '', connection.bucket, connection.prefix);
    const [pipeline = ''] = readdirSync(folder);
    const file = path.join(folder, pipeline, 'image_database/00002.jpg');
    writeFileSync(file, 'others');
    expect(existsSync(file)).toBe(true);
    const digest = { sha256: sha256Of(Buffer.from('others')), size: 6 };
    expect(await store.digest('image_database/00002.jpg')).toEqual(digest);
    expect((await store.list('image_database')).sort()).toEqual([KEY, 'image_database/00002.jpg']);
  });

  it('finds by its bytes that an object was damaged, and by its checksum what was put', async () => {
    const { store, connection } = await opened();
    await store.put([OBJECT]);
    const folder = path.join(server?.data ?? '', connection.bucket, connection.prefix);
    const [pipeline = ''] = readdirSync(folder);
    const file = path.join(folder, pipeline, KEY);
    writeFileSync(file, 'a picturf', { flag: 'r+' });
    expect((await store.digest(KEY))?.sha256).toBe(sha256Of(OBJECT.bytes));
    expect((await store.digest(KEY, { deep: true }))?.sha256).toBe(sha256Of(Buffer.from('a picturf')));
  });

  it('fails to read an object that was replaced since it was opened', async () => {
    const { store, connection, requests, sdk } = await opened();
    await store.put([OBJECT]);
    const found = await store.open(KEY);
    const Key = `${store.address.split('/').slice(3).join('/')}/${KEY}`;
    const put = new sdk.PutObjectCommand({ Bucket: connection.bucket, Key, Body: 'otherwise' });
    await requests.send((client) => client.send(put));
    await expect(new Response(found?.bytes).text()).rejects.toMatchObject({ code: 'object_damaged' });
  });

  it('has keys below its prefix and the id of its pipeline alone', async () => {
    const connection = connectionTo(server ?? { data: '', port: 0 });
    const one = await openTestStore(connection, { pipelineId: 'one' });
    const other = await openTestStore(connection, { pipelineId: 'one-more' });
    onTestFinished(() => [one, other].forEach(({ requests }) => void requests.close()));
    await other.store.put([OBJECT]);
    expect(other.store.locate(KEY)).toBe(`s3://${connection.bucket}/some/prefix/one-more/${KEY}`);
    expect([await one.store.get(KEY), await one.store.exists('image_database')]).toEqual([undefined, false]);
    expect(await one.store.list('image_database')).toEqual([]);
  });
});

it('the store on S3 names the command that installs its package', async () => {
  const missing = Object.assign(new Error("Cannot find package '@aws-sdk/client-s3'"), {
    code: 'ERR_MODULE_NOT_FOUND',
  });
  await expect(loadSdk(() => Promise.reject(missing))).rejects.toMatchObject(
    error('config_invalid', 'npm install @aws-sdk/client-s3@3'),
  );
});
