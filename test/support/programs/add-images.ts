import path from 'node:path';
import { createSqliteCatalog } from '../../../src/adapters/sqlite/catalog.ts';
import { openDatabase } from '../../../src/adapters/sqlite/database.ts';
import { newImage, newOutcome } from '../samples.ts';

/** Opens a catalog, when it is told to where it has to wait, enters batches of images with a changed outcome for some, and prints the numbers. */
const [folder = '', batches = '', size = '', changed = ''] = process.argv.slice(2);
if (process.env['WAIT_FOR_GO'] !== undefined) {
  const awake = setInterval(() => {}, 60_000);
  const told = new Promise((resolve) => process.once('SIGUSR2', resolve));
  process.stdout.write('ready\n');
  await told;
  clearInterval(awake);
}
const db = await openDatabase(path.join(folder, 'imgpipe.db'), { create: true });
const catalog = createSqliteCatalog(db);
const images: number[] = [];
const events: number[] = [];
for (let batch = 0; batch < Number(batches); batch += 1) {
  const rows = await catalog.addImages(Array.from({ length: Number(size) }, () => newImage()));
  images.push(...rows.map((row) => row.number));
  const some = rows.slice(0, Number(changed)).map((row) => newOutcome(row, 'changed', { reference: row.number }));
  const outcomes = await catalog.addOutcomes(some);
  events.push(...outcomes.flatMap((row) => (row.event === null ? [] : [row.event.number])));
}
await catalog.close();
process.stdout.write(JSON.stringify({ images, events }));
