import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSqliteCatalog } from '../src/adapters/sqlite/catalog.ts';
import { openDatabase } from '../src/adapters/sqlite/database.ts';
import { L2 } from '../src/analysis/techniques.ts';
import { SETTLE_MS } from './children.ts';
import { started, timed } from './processes.ts';
import type { Case } from './session.ts';

const STREAM = 'default';
const POLL_MS = 10;

/**
 * Runs the three stages as separate processes. Returns the seconds from the start of the receiver until each image has
 * its outcome and each event its alert.
 */
export async function threeProcesses({ folder, args }: Case, input: readonly string[]): Promise<number> {
  const stages = [await started(['alert', ...args]), await started(['analyze', ...args])];
  await sleep(SETTLE_MS);
  const began = performance.now();
  await timed(['receive', ...args, ...input]);
  await untilClosed(folder);
  const seconds = (performance.now() - began) / 1000;
  for (const stage of stages.reverse()) await stage.stop();
  return seconds;
}

/** Polls the catalog, which costs the stages less than polling the broker. */
async function untilClosed(folder: string): Promise<void> {
  const catalog = createSqliteCatalog(await openDatabase(path.join(folder, 'imgpipe.db'), { create: false }));
  try {
    const [newest] = await catalog.newestImages([{ stream: STREAM }]);
    const last = newest?.number ?? 0;
    for (let from = 1; ; ) {
      const open = await catalog.firstOpen(L2.id, { stream: STREAM, first: from, last });
      if (open === undefined) return;
      from = open;
      await sleep(POLL_MS);
    }
  } finally {
    await catalog.close();
  }
}
