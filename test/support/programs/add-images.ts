import path from 'node:path';
import { createSqliteCatalog } from '../../../src/adapters/sqlite/catalog.ts';
import { openDatabase } from '../../../src/adapters/sqlite/database.ts';
import { LockLost } from '../../../src/domain/errors.ts';
import type { ImageRecord, NewImage } from '../../../src/domain/records.ts';
import { holderOf } from '../../contracts/catalog/setup.ts';
import { newImage, newOutcome } from '../samples.ts';

/**
 * Adds batches of ready images to a catalog, some with a `changed` outcome, and prints their numbers. A batch is repeated until
 * no other process has fenced the stream meanwhile. With WAIT_FOR_GO, starts on SIGUSR2.
 */
const [folder = '', batches = '', size = '', changed = ''] = process.argv.slice(2);
if (process.env['WAIT_FOR_GO'] !== undefined) {
  const awake = setInterval(() => {}, 60_000);
  const go = new Promise((resolve) => process.once('SIGUSR2', resolve));
  process.stdout.write('ready\n');
  await go;
  clearInterval(awake);
}
const db = await openDatabase(path.join(folder, 'imgpipe.db'), { create: true });
const catalog = createSqliteCatalog(db);
const images: number[] = [];
const events: number[] = [];
for (let batch = 0; batch < Number(batches); batch += 1) {
  const rows = await addUntilDone(Array.from({ length: Number(size) }, () => newImage()));
  images.push(...rows.map((row) => row.number));
  const some = rows.slice(0, Number(changed)).map((row) => newOutcome(row, 'changed', { reference: row.number }));
  const outcomes = await catalog.addOutcomes(some);
  events.push(...outcomes.flatMap((row) => (row.event === null ? [] : [row.event.number])));
}
await catalog.close();
process.stdout.write(JSON.stringify({ images, events }));

async function addUntilDone(pictures: readonly NewImage[]): Promise<ImageRecord[]> {
  for (;;) {
    try {
      const holder = await holderOf(catalog);
      const rows = await catalog.writeImages(holder, { added: pictures });
      await catalog.writeImages(holder, { ready: rows.map(({ number }) => number) });
      return rows;
    } catch (error) {
      if (!(error instanceof LockLost)) throw error;
    }
  }
}
