import { describe, expect, it } from 'vitest';
import type { ConsumerNotice } from '../../../src/ports/event-bus.ts';
import { eventBusContract } from '../../contracts/event-bus.ts';
import { openSqlite } from '../../support/open-sqlite.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe('the embedded bus', () => {
  eventBusContract(async () => {
    const folder = temporaryFolder();
    return { open: (as) => openSqlite(folder, as) };
  });

  it('runs one consumer of a group, and reports it to the others', async () => {
    const folder = temporaryFolder();
    const stop = new AbortController();
    const notices: ConsumerNotice[] = [];
    const consume = async (as: string) => {
      const { bus } = await openSqlite(folder, as);
      const noticed = new Promise<void>((resolve) => {
        const onNotice = (notice: ConsumerNotice) => {
          notices.push(notice);
          resolve();
        };
        const options = { topic: 't', group: 'g', signal: stop.signal, drain: false, onNotice };
        ended.push(bus.consume({ ...options, onChunk: async () => {} }));
      });
      await noticed;
    };
    const ended: Promise<void>[] = [];
    await consume('the first');
    await consume('the second');
    stop.abort();
    await Promise.all(ended);
    expect(notices).toEqual([{ kind: 'working' }, { kind: 'standing_by', holder: 'the first' }]);
  });

  it('has logs that span the existing messages, without those deleted at the ends', async () => {
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
