import { describe, onTestFinished } from 'vitest';
import { objectStoreContract } from '../../contracts/object-store.ts';
import { connectionTo, openTestStore } from '../../support/s3/buckets.ts';
import { sharedS3 } from '../../support/s3/shared-s3.ts';

const { server, whyNone } = await sharedS3();

describe.skipIf(server === undefined)(`the object store on S3${whyNone === undefined ? '' : `: ${whyNone}`}`, () => {
  async function open() {
    if (server === undefined) throw new Error('there is no server');
    const { store, requests } = await openTestStore(connectionTo(server));
    onTestFinished(() => requests.close());
    return store;
  }

  objectStoreContract(async () => ({ store: await open() }));
});
