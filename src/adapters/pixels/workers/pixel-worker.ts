/** The program of a worker thread: does what it is told, one task after the other. */
import { parentPort } from 'node:worker_threads';
import { type PixelTask, perform } from './pixel-tasks.ts';
import type { WorkerMessage } from './worker-thread.ts';

parentPort?.on('message', (task: PixelTask) => {
  work(task).then(tell, (error: unknown) => tell({ kind: 'failed', error }));
});
tell({ kind: 'ready' });

function tell(message: WorkerMessage): void {
  parentPort?.postMessage(message);
}

async function work(task: PixelTask): Promise<WorkerMessage> {
  return { kind: 'done', answer: await perform(task) };
}
