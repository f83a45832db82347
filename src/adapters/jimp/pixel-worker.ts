/** The program of a worker thread: does what it is told, one task after the other. */
import { parentPort } from 'node:worker_threads';
import type { Pixels } from '../../analysis/pixels.ts';
import { type AnswerTo, type PixelTask, perform } from './pixel-tasks.ts';
import type { WorkerMessage } from './worker-thread.ts';

parentPort?.on('message', (task: PixelTask) => {
  work(task).then(tell, (error: unknown) => tell({ kind: 'failed', error }));
});
tell({ kind: 'ready' });

function tell(message: WorkerMessage): void {
  parentPort?.postMessage(message);
}

async function work(task: PixelTask): Promise<WorkerMessage> {
  return { kind: 'done', answer: shared(await perform(task)) };
}

function shared(answer: AnswerTo<PixelTask>): AnswerTo<PixelTask> {
  return 'pixels' in answer ? { pixels: inSharedMemory(answer.pixels) } : answer;
}

/** The pixels in memory that every thread sees: from here on nobody copies them. */
function inSharedMemory({ width, height, data }: Pixels): Pixels {
  const copy = new Uint8Array(new SharedArrayBuffer(data.length));
  copy.set(data);
  return { width, height, data: copy };
}
