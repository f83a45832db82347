/** The program of a worker thread: runs the tasks that it receives, one after the other. */
import { parentPort } from 'node:worker_threads';
import { type PixelTask, runTask } from './pixel-tasks.ts';
import type { WorkerMessage } from './worker-thread.ts';

parentPort?.on('message', (task: PixelTask) => {
  run(task).then(post, (error: unknown) => post({ kind: 'failed', error }));
});
post({ kind: 'ready' });

function post(message: WorkerMessage): void {
  parentPort?.postMessage(message);
}

async function run(task: PixelTask): Promise<WorkerMessage> {
  return { kind: 'done', result: await runTask(task) };
}
