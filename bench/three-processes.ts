import { setTimeout as sleep } from 'node:timers/promises';
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
export async function threeProcesses({ args, openCatalog }: Case, input: readonly string[]): Promise<number> {
  const stages = [await started(['alert', ...args]), await started(['analyze', ...args])];
  await sleep(SETTLE_MS);
  const began = performance.now();
  await timed(['receive', ...args, ...input]);
  await untilClosed(openCatalog);
  const seconds = (performance.now() - began) / 1000;
  for (const stage of stages.reverse()) await stage.stop();
  return seconds;
}

/** Polls the catalog, which costs the stages less than polling the broker. */
async function untilClosed(openCatalog: Case['openCatalog']): Promise<void> {
  const catalog = await openCatalog();
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
