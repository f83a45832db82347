import { DatabaseSync } from '@photostructure/sqlite';
import { describe, expect, it } from 'vitest';
import { SCHEMA, SCHEMA_VERSION } from '../../../src/adapters/sqlite/schema.ts';
import { holderOf } from '../../contracts/catalog/setup.ts';
import { auditOf } from '../../support/audit.ts';
import { makeOldCatalog, queried, rowsOfVersion5, shapeOf, versionOf } from '../../support/old-catalogs.ts';
import { type OpenSqlite, openSqlite } from '../../support/open-sqlite.ts';
import { newImage, newOutcome } from '../../support/samples.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe('a catalog of version 5', () => {
  async function migrated(): Promise<OpenSqlite & { readonly file: string }> {
    const folder = temporaryFolder();
    const file = makeOldCatalog(5, folder, rowsOfVersion5());
    return { ...(await openSqlite(folder)), file };
  }

  it('is migrated to the schema of a new one', async () => {
    const { file, close } = await migrated();
    await close();
    expect(versionOf(file)).toBe(SCHEMA_VERSION);
    const made = new DatabaseSync(':memory:');
    made.exec(SCHEMA);
    expect(queried(file, shapeOf)).toEqual(shapeOf(made));
  });

  it('keeps its rows, each in its first attempt', async () => {
    const { catalog } = await migrated();
    const audit = await auditOf(catalog, 'l2@1');
    expect(audit).toMatchObject({ images: 13, events: 6, alerts: 2, deadLetters: 4, faults: [] });
    expect(audit.streams).toEqual([
      { stream: 'default', images: 12, events: 6, lastNumber: 14 },
      { stream: 'sea', images: 0, events: 0, lastNumber: 1 },
      { stream: 'sky', images: 1, events: 0, lastNumber: 2 },
    ]);
    const [image] = await catalog.images([{ stream: 'default', number: 3 }]);
    expect(image).toMatchObject({ receiptId: 'default/03.jpg', attempt: 1, position: { offset: 2 } });
    expect(await catalog.events([1, 3])).toMatchObject([
      { attempt: 1, state: 'ready', differenceSha256: `${'d'.repeat(63)}1` },
      { attempt: 1, state: 'pending', differenceSha256: null },
    ]);
    expect(await catalog.alerts([2])).toMatchObject([{ attempt: 1, state: 'pending' }]);
    expect(await catalog.identity()).toMatchObject({ busId: 'embedded', busAddress: null });
  });

  it('has images open without an outcome or with a pending event, and ready events without an alert', async () => {
    const { catalog } = await migrated();
    const nothing = { bus: 'embedded', ranges: [] };
    const images = async (stream: string) =>
      (await catalog.undeliverableImages('l2@1', nothing, stream, 0, 99)).map(({ image, position, publications }) => [
        image.number,
        position?.offset ?? null,
        publications,
      ]);
    expect(await images('default')).toEqual([
      [5, 4, 0],
      [7, null, 0],
      [8, 7, 0],
      [9, null, 0],
    ]);
    expect(await images('sky')).toEqual([[1, 11, 0]]);
    const events = await catalog.undeliverableEvents(nothing, 0, 99);
    expect(events.map(({ number, position, publications }) => [number, position?.offset, publications])).toEqual([
      [2, 1, 0],
      [4, 7, 0],
    ]);
    const { openImages, unpublished, openEvents, techniques } = await catalog.counts();
    expect([openImages, unpublished, openEvents]).toEqual([5, 2, 2]);
    expect(techniques).toMatchObject([{ open: 5, outcomes: { first: 1, unchanged: 1, changed: 6, dead: 1 } }]);
    await catalog.markEventsReady([{ number: 3, attempt: 1 }]);
    expect((await images('default')).map(([number]) => number)).toEqual([7, 8, 9]);
    expect((await catalog.counts()).openEvents).toBe(3);
  });

  it('has pending images that the next holder of their stream finishes or withdraws', async () => {
    const { catalog } = await migrated();
    expect(await catalog.pendingStreams()).toEqual(['default', 'sea', 'sky']);
    const pending = await catalog.pendingImages('default');
    expect(pending.map(({ number, receiptId }) => [number, receiptId])).toEqual([
      [13, 'default/13.jpg'],
      [14, 'default/14.jpg'],
    ]);
    const holder = await holderOf(catalog);
    await catalog.writeImages(holder, { ready: [13] });
    await catalog.withdrawImages(holder, 14);
    const [next] = await catalog.writeImages(holder, { added: [newImage()] });
    expect(next?.number).toBe(14);
    expect(await auditOf(catalog, 'l2@1')).toMatchObject({ images: 14, faults: [] });
  });

  it('has a replayed dead letter as long as something is open, and ends it with the outcome', async () => {
    const { catalog } = await migrated();
    const letters = async () =>
      (await catalog.deadLetterHeads(undefined, 9)).map(({ id, replayedAt }) => [id, replayedAt !== null]);
    expect(await letters()).toEqual([
      [4, false],
      [3, true],
      [2, true],
      [1, false],
    ]);
    await catalog.addOutcomes([newOutcome({ stream: 'default', number: 7 }, 'unchanged')]);
    expect((await letters()).map(([id]) => id)).toEqual([4, 3, 1]);
  });

  it('has techniques that count as active from its migration on', async () => {
    const began = new Date(Date.now() - 1).toISOString();
    const { catalog } = await migrated();
    expect(await catalog.retireIdle(began)).toEqual([]);
    expect(await catalog.activeTechniques()).toEqual(['l2@1']);
  });
});
