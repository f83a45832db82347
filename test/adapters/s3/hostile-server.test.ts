import { describe, expect, it } from 'vitest';
import { createS3ObjectStore } from '../../../src/adapters/s3/object-store.ts';
import { createRequests } from '../../../src/adapters/s3/requests.ts';
import { loadSdk } from '../../../src/adapters/s3/sdk.ts';
import { sha256Of } from '../../../src/base/digest.ts';
import { endless, storeOn, xml } from '../../support/s3/hostile-server.ts';

const KEY = 'image_database/00001.jpg';
const OBJECT = { key: KEY, bytes: Buffer.from('a picture') };
const UNAVAILABLE = { code: 'store_unavailable' };

const errorXml = (code: string) => `<Error><Code>${code}</Code><Message>no</Message></Error>`;

function listXml(keys: readonly string[], next?: string): string {
  const contents = keys.map((key) => `<Contents><Key>${key}</Key></Contents>`).join('');
  const more = next === undefined ? '' : `<NextContinuationToken>${next}</NextContinuationToken>`;
  return `<ListBucketResult><IsTruncated>${next !== undefined}</IsTruncated>${contents}${more}</ListBucketResult>`;
}

describe('a server that is no S3, or a broken one', () => {
  it('may not send more than an object can have', async () => {
    const announced = await storeOn((_, response) => {
      response.writeHead(200, { 'Content-Length': 1_000_000 });
      endless(response);
    });
    await expect(announced.store.get(KEY)).rejects.toMatchObject({ code: 'object_damaged' });
    const { store } = await storeOn((_, response) => {
      response.writeHead(200);
      endless(response);
    });
    await expect(store.get(KEY)).rejects.toMatchObject({ code: 'object_damaged' });
  });

  it('may not send less than it has announced', async () => {
    const { store } = await storeOn((_, response) => {
      response.writeHead(200, { 'Content-Length': 1000 });
      response.write('a part', () => response.destroy());
    });
    await expect(store.get(KEY)).rejects.toMatchObject(UNAVAILABLE);
  });

  it('may not send another size than it has said before', async () => {
    const { store } = await storeOn(({ method }, response) => {
      response
        .writeHead(200, { 'Content-Length': method === 'HEAD' ? 5 : 9 })
        .end(method === 'HEAD' ? '' : 'a picture');
    });
    const opened = await store.open(KEY);
    await expect(new Response(opened?.bytes).text()).rejects.toMatchObject({ code: 'object_damaged' });
    await expect(store.digest(KEY)).rejects.toMatchObject({ code: 'object_damaged' });
  });

  it('has no checksum if it sends none of 32 bytes, or one of parts', async () => {
    let headers: Record<string, string> = {};
    const { store } = await storeOn(({ method }, response) => {
      response.writeHead(200, { 'Content-Length': 9, ...headers }).end(method === 'HEAD' ? '' : 'a picture');
    });
    const digest = { sha256: sha256Of(OBJECT.bytes), size: 9 };
    for (headers of [
      { 'x-amz-checksum-sha256': 'AAAA' },
      { 'x-amz-checksum-sha256': `${Buffer.alloc(32).toString('base64')}`, 'x-amz-checksum-type': 'COMPOSITE' },
    ]) {
      expect(await store.digest(KEY)).toEqual(digest);
    }
  });

  it.each([
    ['with the same token', () => listXml(['p/id/image_database/1'], 'same')],
    ['of no keys', (count: number) => listXml([], `token ${count}`)],
    ['without a token', () => listXml(['p/id/image_database/1'], '')],
  ])('may not list without an end: %s', async (_, page) => {
    let count = 0;
    const { store } = await storeOn((_, response) => {
      count += 1;
      xml(response, 200, page(count));
    });
    await expect(store.list('image_database')).rejects.toMatchObject(UNAVAILABLE);
    expect(count).toBeLessThan(5);
  });

  it.each(['p/id/image_event_database/1', 'p/other/image_database/1', '../image_database/1', ''])(
    'may not list a key that was not asked for: %s',
    async (key) => {
      const { store } = await storeOn((_, response) => xml(response, 200, listXml([key])));
      await expect(store.list('image_database')).rejects.toMatchObject(UNAVAILABLE);
    },
  );

  it.each([200, 500])('may not send a list or an error without an end: status %i', async (status) => {
    const { store } = await storeOn((_, response) => {
      response.writeHead(status, { 'Content-Type': 'application/xml' });
      response.write('<ListBucketResult>');
      endless(response, '<Contents><Key>p/id/image_database/1</Key></Contents>'.repeat(1000));
    });
    const before = process.memoryUsage().arrayBuffers;
    await expect(store.list('image_database')).rejects.toMatchObject(UNAVAILABLE);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(60_000_000);
  });

  it.each(['<html>Welcome</html>', 'not XML', '', '<ListBucketResult><Contents>'])(
    'is not taken for an S3 that has no objects: %j',
    async (text) => {
      const { store } = await storeOn((_, response) => response.writeHead(200).end(text));
      await expect(store.exists('image_database')).rejects.toMatchObject(UNAVAILABLE);
    },
  );

  it('may not send a byte now and then for ever', async () => {
    const { store } = await storeOn(
      (_, response) => {
        response.writeHead(200, { 'Content-Length': 1000 });
        const drip = setInterval(() => void response.write('x'), 100);
        response.once('close', () => clearInterval(drip));
      },
      { maxMs: 1000 },
    );
    await expect(store.get(KEY)).rejects.toMatchObject(UNAVAILABLE);
  });

  it('is silent no longer than the limit', async () => {
    const { store } = await storeOn(() => {});
    await expect(store.put([OBJECT])).rejects.toMatchObject(UNAVAILABLE);
    await expect(store.size(KEY)).rejects.toMatchObject(UNAVAILABLE);
    const sends = await storeOn((_, response) => {
      response.writeHead(200, { 'Content-Length': 1000 }).write('a part');
    });
    await expect(sends.store.get(KEY)).rejects.toMatchObject(UNAVAILABLE);
  });

  it.each([
    [500, 'InternalError', 'store_unavailable'],
    [503, 'SlowDown', 'store_unavailable'],
    [403, 'AccessDenied', 'no_permission'],
    [403, 'RequestTimeTooSkewed', 'store_unavailable'],
    [400, 'ExpiredToken', 'no_permission'],
    [301, 'PermanentRedirect', 'config_invalid'],
    [507, 'InsufficientStorage', 'disk_full'],
  ])('with status %i and %s fails with what that means', async (status, name, code) => {
    const { store } = await storeOn((_, response) => xml(response, status, errorXml(name)));
    await expect(store.put([OBJECT])).rejects.toMatchObject({ code, message: expect.stringContaining(name) });
  });

  it('in conflict with another writer is asked again', async () => {
    let conflicts = 2;
    const { store } = await storeOn((_, response) => {
      conflicts -= 1;
      if (conflicts < 0) xml(response, 412, errorXml('PreconditionFailed'));
      else xml(response, 409, errorXml('ConditionalRequestConflict'));
    });
    expect(await store.put([OBJECT])).toEqual(['exists']);
  });

  it('that refuses to remove one of many objects is not believed to have removed all', async () => {
    const { store } = await storeOn((_, response) =>
      xml(
        response,
        200,
        '<DeleteResult><Error><Key>p/id/x</Key><Code>AccessDenied</Code><Message>no</Message></Error></DeleteResult>',
      ),
    );
    await expect(store.remove(['x', 'y'])).rejects.toMatchObject({ code: 'no_permission' });
  });
});

describe('a put', () => {
  it('is sent once, on condition, with its digest, its type and how it is encrypted', async () => {
    const sent: Record<string, unknown>[] = [];
    const { connection } = await storeOn(({ method, url, headers }, response) => {
      sent.push({ method, url, ...headers });
      response.writeHead(200).end();
    });
    const sdk = await loadSdk();
    const encrypted = { ...connection, encryption: 'aws:kms', kmsKey: 'the-key' } as const;
    const requests = createRequests(sdk, encrypted);
    await createS3ObjectStore({ sdk, requests, connection: encrypted, pipelineId: 'id' }).put([OBJECT]);
    requests.close();
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({
      method: 'PUT',
      url: '/bucket/p/id/image_database/00001.jpg?x-id=PutObject',
      'if-none-match': '*',
      'content-length': '9',
      'content-type': 'image/jpeg',
      'x-amz-checksum-sha256': Buffer.from(sha256Of(OBJECT.bytes), 'hex').toString('base64'),
      'x-amz-server-side-encryption': 'aws:kms',
      'x-amz-server-side-encryption-aws-kms-key-id': 'the-key',
    });
  });
});
