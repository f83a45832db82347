/**
 * A pool worker that fails on one picture: the one with the digest TROUBLE_WITH, the first TROUBLE_TIMES times, in the
 * way TROUBLE. Logs the start and end of each task to TROUBLE_LOG.
 */
import { createHash } from 'node:crypto';
import { appendFileSync, readFileSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';

const { TROUBLE, TROUBLE_WITH, TROUBLE_TIMES, TROUBLE_LOG } = process.env;

const WAYS = {
  exit: () => process.exit(3),
  hang: () => {
    for (;;);
  },
  memory: () => {
    for (const all = []; ; ) all.push(new Array(1e6).fill(all.length + 0.5));
  },
};

let current;
parentPort.on('message', (task) => {
  if (task.bytes === undefined) return;
  current = createHash('sha256').update(task.bytes).digest('hex');
  appendFileSync(TROUBLE_LOG, `begin ${current}\n`);
  const begun = readFileSync(TROUBLE_LOG, 'utf8').split(`begin ${TROUBLE_WITH}`).length - 1;
  if (current === TROUBLE_WITH && begun <= Number(TROUBLE_TIMES)) WAYS[TROUBLE]();
});

const post = parentPort.postMessage.bind(parentPort);
parentPort.postMessage = (message) => {
  if (message.kind !== 'ready' && current !== undefined) appendFileSync(TROUBLE_LOG, `end ${current}\n`);
  current = undefined;
  post(message);
};

// The real worker adds its listener after this one.
await import('../../../dist/adapters/pixels/workers/pixel-worker.js');
