import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openPostgresCatalog } from '../../../src/adapters/postgres/catalog.ts';
import { createLocks } from '../../../src/adapters/postgres/locks.ts';
import { type Connection, createSessions } from '../../../src/adapters/postgres/sessions.ts';
import { asSuperuser } from '../../support/postgres/databases.ts';
import { makeDatabase, sharedPostgres } from '../../support/postgres/shared-postgres.ts';
import { type PoolOrder, startTransactionPooler } from '../../support/postgres/transaction-pooler.ts';

const { port = 0, whyNone } = await sharedPostgres();

describe.skipIf(whyNone !== undefined)('a pooler in transaction mode', () => {
  async function pooled(size: number, order: PoolOrder): Promise<Connection> {
    const connection = await makeDatabase(port);
    return { ...connection, port: await startTransactionPooler({ target: port, size, order }) };
  }

  it.each([
    [1, 'newest'],
    [2, 'newest'],
    [20, 'newest'],
    [2, 'oldest'],
    [3, 'oldest'],
    [20, 'oldest'],
  ] as const)('is refused at the start: %i connections, the %s first', async (size, order) => {
    const connection = await pooled(size, order);
    const opening = openPostgresCatalog(connection, { create: true });
    await expect(opening).rejects.toMatchObject({
      code: 'config_invalid',
      message: expect.stringMatching(
        /^catalog: at postgres:\S+ a connection pooler .*pool_mode = transaction.*: give the address of the server itself/,
      ),
    });
  });

  it('is refused to a reader too', async () => {
    const opening = openPostgresCatalog(await pooled(1, 'newest'), { create: false, readOnly: true });
    await expect(opening).rejects.toMatchObject({ code: 'config_invalid' });
  });

  it('that takes the place of a server later makes locks fire their lost signal', async () => {
    const connection = await pooled(2, 'oldest');
    await (await openPostgresCatalog({ ...connection, port }, { create: true })).close();
    await asSuperuser(port, 'postgres', `ALTER DATABASE ${connection.database} SET search_path = imgpipe`);
    const sessions = createSessions(connection, false);
    onTestFinished(() => sessions.close());
    const locks = createLocks(sessions, { address: 'the test', holderSuffix: '' });
    onTestFinished(() => locks.close());
    const result = await locks.lock('a', 'b');
    if (!('lock' in result)) throw new Error('not free');
    await once(result.lock.lost, 'abort', { signal: AbortSignal.timeout(10_000) });
  });
});
