import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CuttingProxy, startCuttingProxy } from '../support/cutting-proxy.ts';
import { storeOutage, uploadsCut } from '../support/rounds/store-rounds.ts';
import { testSite } from '../support/rounds/test-site.ts';
import { type S3Server, startS3Server } from '../support/s3/s3-server.ts';
import { sharedS3 } from '../support/s3/shared-s3.ts';
import { newStore } from '../support/s3/store-settings.ts';

const { whyNone } = await sharedS3();

describe.skipIf(whyNone !== undefined)(`with the store on S3${whyNone ? ` (skipped: ${whyNone})` : ''}`, () => {
  let server: S3Server;
  let proxy: CuttingProxy;
  beforeAll(async () => {
    server = await startS3Server();
    proxy = await startCuttingProxy(server.port);
  });
  afterAll(async () => {
    await proxy.close();
    await server.close();
  });

  it('nothing is lost while the server is killed and away for 20 s', async () => {
    expect(await storeOutage(server, 20_000)(testSite(newStore(server)), 7)).toEqual([]);
  });

  it('nothing is lost while uploads are cut in the middle', async () => {
    expect(await uploadsCut(proxy, 10)(testSite(newStore(server, proxy.port)), 7)).toEqual([]);
  });
});
