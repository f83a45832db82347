import { expect, it } from 'vitest';
import { Stopped } from '../../src/domain/errors.ts';
import { putObjects } from '../../src/stages/put-objects.ts';

it('objects that are put while a lock is lost end as stopped, also where a key is taken', async () => {
  const store = {
    put: async () => ['exists' as const],
    digest: () => Promise.reject(new Stopped()),
  };
  const object = { key: 'image_database/00001.jpg', bytes: Buffer.from('a'), sha256: '' };
  await expect(putObjects(store, [object])).rejects.toBeInstanceOf(Stopped);
});
