import { describe, expect, it, onTestFinished } from 'vitest';
import { openPostgresCatalog } from '../../src/adapters/postgres/catalog.ts';
import { COUNTED_TABLES, TABLES } from '../../src/adapters/sql/tables.ts';
import { COPIED_TABLES } from '../../src/adapters/sql/transfer-rows.ts';
import { createSqliteCatalog } from '../../src/adapters/sqlite/catalog.ts';
import { openDatabase } from '../../src/adapters/sqlite/database.ts';
import { LockLost } from '../../src/domain/errors.ts';
import type { MovableCatalog } from '../../src/ports/catalog/transfer.ts';
import { auditOf } from '../support/audit.ts';
import { fencedPipeline } from '../support/clean-catalog.ts';
import { catalogFile } from '../support/open-sqlite.ts';
import { borrowDatabase, sharedPostgres } from '../support/postgres/shared-postgres.ts';
import { deadLetter, positionAt } from '../support/samples.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { usedFolders } from '../support/used-pipeline.ts';

const { port = 0, whyNone } = await sharedPostgres();
const usedFolder = usedFolders();

async function openSqliteIn(folder: string): Promise<MovableCatalog> {
  const catalog = createSqliteCatalog(await openDatabase(catalogFile(folder), { create: true }));
  onTestFinished(() => catalog.close());
  return catalog;
}

async function openPostgres(): Promise<MovableCatalog> {
  const catalog = await openPostgresCatalog(await borrowDatabase(port), { create: true });
  onTestFinished(() => catalog.close());
  return catalog;
}

/** A SQLite catalog that has something in every table. */
async function usedCatalog(): Promise<MovableCatalog> {
  return openSqliteIn(await usedFolder());
}

/** All rows, by table. */
function rowsOf(catalog: MovableCatalog): Promise<Record<string, unknown[]>> {
  return catalog.exportRows(async (batches) => {
    const rows: Record<string, unknown[]> = {};
    for await (const batch of batches) {
      const plain = batch.rows.map((row) =>
        Object.fromEntries(
          Object.entries(row).map(([column, value]) => [column, value instanceof Uint8Array ? [...value] : value]),
        ),
      );
      rows[batch.table] = [...(rows[batch.table] ?? []), ...plain];
    }
    return rows;
  });
}

async function copied(from: MovableCatalog, to: MovableCatalog, { keepBus = true } = {}): Promise<void> {
  const token = await fencedPipeline(to);
  await to.removeRows(token);
  await from.exportRows(async (batches) => {
    for await (const batch of batches) await to.importRows(batch, token);
  });
  await to.completeImport(await from.facts(), { keepBus, token });
}

describe('the tables that a move copies', () => {
  it('are all but the pipeline, which is completed at the end, and heartbeats, which are of processes elsewhere', () => {
    const tables = [...`${TABLES}${COUNTED_TABLES}`.matchAll(/CREATE TABLE (\w+)/g)].map(([, name]) => name);
    const moved = COPIED_TABLES.map(({ table }) => table);
    expect([...moved, 'pipeline', 'heartbeat'].sort()).toEqual(tables.sort());
  });

  it('all have rows in these tests', async () => {
    const rows = await rowsOf(await usedCatalog());
    expect(Object.entries(rows).filter(([, found]) => found.length === 0)).toEqual([]);
  });
});

const TARGETS = [
  ['SQLite', () => openSqliteIn(temporaryFolder()), false],
  [`PostgreSQL${whyNone === undefined ? '' : `: ${whyNone}`}`, openPostgres, whyNone !== undefined],
] as const;

for (const [name, openTarget, isMissing] of TARGETS) {
  describe.skipIf(isMissing)(`rows that are copied from SQLite to ${name}`, () => {
    it('are equal row by row, and so are their counts and what is open', async () => {
      const [source, target] = [await usedCatalog(), await openTarget()];
      await copied(source, target);
      expect(await rowsOf(target)).toEqual(await rowsOf(source));
      expect(await target.facts()).toEqual(await source.facts());
      expect(await target.counts()).toEqual(await source.counts());
      expect(await auditOf(target, 'l2@2')).toEqual(await auditOf(source, 'l2@2'));
    });

    it('are equal again after they were copied back', async () => {
      const [source, target] = [await usedCatalog(), await openTarget()];
      const [rows, facts] = [await rowsOf(source), await source.facts()];
      await copied(source, target);
      await copied(target, source);
      expect(await rowsOf(source)).toEqual(rows);
      expect(await source.facts()).toEqual(facts);
    });

    it('are replaced by those of a later copy', async () => {
      const [source, target] = [await usedCatalog(), await openTarget()];
      await copied(await usedCatalog(), target);
      await copied(source, target);
      expect(await rowsOf(target)).toEqual(await rowsOf(source));
    });

    it('let ids of dead letters go on after the highest that there was', async () => {
      const [source, target] = [await usedCatalog(), await openTarget()];
      const { lastLetter } = await source.facts();
      expect((await source.deadLetterRange())?.last).toBeLessThan(lastLetter);
      await copied(source, target);
      await target.addDeadLetters([deadLetter({ position: positionAt(99) })]);
      expect((await target.deadLetterRange())?.last).toBe(lastLetter + 1);
    });

    it('are unpublished as far as they are open, if the bus is another one', async () => {
      const [source, target] = [await usedCatalog(), await openTarget()];
      await copied(source, target, { keepBus: false });
      const { openImages } = await auditOf(target, 'l2@2');
      expect(openImages).toMatchObject([{ image: { stream: 'waits' }, position: null }]);
      expect((await target.counts()).unpublished).toBe(1);
      expect(await target.identity()).toMatchObject({ busId: null, busAddress: null });
    });

    it('are written by the exclusive holder of the lock alone', async () => {
      const [source, target] = [await usedCatalog(), await openTarget()];
      const [late] = [await fencedPipeline(target), await fencedPipeline(target)];
      const facts = await source.facts();
      const transfer = { state: 'moved', id: 'a', pipelineId: 'b', to: 'c' } as const;
      await expect(target.removeRows(late)).rejects.toBeInstanceOf(LockLost);
      await expect(target.importRows({ table: 'image', rows: [], isFirst: true }, late)).rejects.toBeInstanceOf(
        LockLost,
      );
      await expect(target.completeImport(facts, { keepBus: true, token: late })).rejects.toBeInstanceOf(LockLost);
      await expect(target.setTransfer(transfer, late)).rejects.toBeInstanceOf(LockLost);
      expect((await target.identity()).transfer).toBeNull();
    });

    it('are in an unused catalog until the first write', async () => {
      const [source, target] = [await usedCatalog(), await openTarget()];
      expect([await source.isUnused(), await target.isUnused()]).toEqual([false, true]);
      await copied(source, target);
      expect(await target.isUnused()).toBe(false);
    });

    it('can be barred, and are open again', async () => {
      const target = await openTarget();
      const token = await fencedPipeline(target);
      for (const transfer of [
        { state: 'arriving', id: 'a', pipelineId: 'b', from: 'c' },
        { state: 'moved', id: 'a', pipelineId: 'b', to: 'c' },
        null,
      ] as const) {
        await target.setTransfer(transfer, token);
        expect((await target.identity()).transfer).toEqual(transfer);
      }
    });
  });
}

describe('an embedded bus to which a pipeline comes', () => {
  it('has no messages, and assigns no offset that a row names', async () => {
    const source = await usedCatalog();
    const folder = temporaryFolder();
    const db = await openDatabase(catalogFile(folder), { create: true });
    const target = createSqliteCatalog(db);
    onTestFinished(() => target.close());
    await copied(source, target, { keepBus: false });
    const [named] = db.all("SELECT max(place_offset) AS last FROM image WHERE place_topic = 'image_analysis'");
    const [next] = db.all("SELECT next_offset FROM bus_topic WHERE topic = 'image_analysis'");
    expect(Number(next?.['next_offset'])).toBeGreaterThan(Number(named?.['last']));
    expect(db.all('SELECT 1 FROM bus_message')).toEqual([]);
  });
});
