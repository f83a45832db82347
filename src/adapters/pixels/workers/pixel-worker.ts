/** The program of a worker thread: runs the tasks that it receives, one after the other. */
import { parentPort } from 'node:worker_threads';
import { collectGarbage } from '../../../base/collect-garbage.ts';
import { type PixelTask, type ResultOf, runTask } from './pixel-tasks.ts';
import type { WorkerMessage, WorkerRequest } from './worker-thread.ts';

parentPort?.on('message', (request: WorkerRequest) => {
  if (request.kind === 'collect') {
    collectGarbage();
    return;
  }
  run(request).then(post, (error: unknown) => post({ kind: 'failed', error }));
});
post({ kind: 'ready' });

function post(message: WorkerMessage): void {
  parentPort?.postMessage(message, message.kind === 'done' ? transferable(message.result) : []);
}

/** Smaller buffers may be parts of others. */
const MIN_TRANSFERRED = 2 ** 16;

/** The large buffers of a result, which are handed over and not copied. */
function transferable(result: ResultOf<PixelTask>): ArrayBuffer[] {
  const parts = result instanceof Uint8Array ? [result] : Object.values('pixels' in result ? result.pixels : result);
  return parts.flatMap((part: unknown) => {
    if (!(part instanceof Uint8Array) || !(part.buffer instanceof ArrayBuffer)) return [];
    return part.length >= MIN_TRANSFERRED && part.length === part.buffer.byteLength ? [part.buffer] : [];
  });
}

async function run(task: PixelTask): Promise<WorkerMessage> {
  return { kind: 'done', result: await runTask(task) };
}
