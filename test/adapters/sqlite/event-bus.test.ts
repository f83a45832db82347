import { describe, expect, it } from 'vitest';
import { eventBusContract } from '../../contracts/event-bus.ts';
import { openSqlite } from '../../support/open-sqlite.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe('the embedded bus', () => {
  eventBusContract(async () => {
    const folder = temporaryFolder();
    return { open: (as) => openSqlite(folder, as) };
  });

  it('has a log of what it holds: a message that is gone at an end lies outside of it', async () => {
    const { bus, db } = await openSqlite(temporaryFolder());
    await bus.publish(
      't',
      [0, 1, 2, 3].map((number) => ({ key: 'k', headers: {}, value: String(number) })),
    );
    await db.write(() => db.run('DELETE FROM bus_message WHERE "offset" IN (0, 3)'));
    expect(await bus.logs('t')).toEqual([{ partition: 0, start: 1, end: 3 }]);
    await db.write(() => db.run('DELETE FROM bus_message'));
    expect(await bus.logs('t')).toEqual([{ partition: 0, start: 4, end: 4 }]);
  });
});
