import { createRequire } from 'node:module';
import { createMemoryGate } from './memory-gate.ts';
import { INLINE_EXECUTOR, type PixelExecutor, WorkerLost } from './pixel-executor.ts';
import type { PixelTask, ResultOf } from './pixel-tasks.ts';
import { startWorker, type WorkerThread } from './worker-thread.ts';

export interface PixelPoolOptions {
  readonly workers: number;
  /** The time limit of a task, after which its worker is terminated. */
  readonly maxTimeMs: number;
  /** The worker's program, for tests. */
  readonly program?: string;
  /** Tasks that need at most this much memory, in bytes, run on the calling thread. */
  readonly inlineMemory?: number;
}

/** The memory that concurrent tasks may use together, in bytes. A task that needs more runs alone. */
const MAX_MEMORY = 96e6;

/** A picture of about 400 × 400: faster to process here than to post to a worker, and never slow. */
const DEFAULT_INLINE_MEMORY = 2e6;

/**
 * A pool of worker threads, each started on demand. A worker that crashes or exceeds the time limit is replaced, and
 * its task is retried once while no other task runs: only a second failure is the task's own. Small tasks run on the
 * calling thread.
 */
export function createPixelPool(options: PixelPoolOptions): PixelExecutor {
  const { workers, maxTimeMs, program = workerProgram(), inlineMemory = DEFAULT_INLINE_MEMORY } = options;
  const gate = createMemoryGate({ tasks: workers, bytes: MAX_MEMORY });
  const idle: WorkerThread[] = [];

  async function attempt<T extends PixelTask>(task: T): Promise<ResultOf<T>> {
    const worker = idle.pop() ?? startWorker(program);
    try {
      const result = await worker.run(task, maxTimeMs);
      idle.push(worker);
      return result;
    } catch (thrown) {
      if (worker.isAlive()) idle.push(worker);
      throw thrown;
    }
  }

  return {
    // While one task runs, the bytes of the next one are read.
    atOnce: 2 * workers,
    needsSharedMemory: true,
    async run(createTask, memory) {
      if (memory <= inlineMemory) return INLINE_EXECUTOR.run(createTask, memory);
      let task: ReturnType<typeof createTask> | undefined;
      const start = () => {
        task ??= createTask();
        return attempt(task);
      };
      try {
        return await gate.run(memory, start);
      } catch (thrown) {
        if (!(thrown instanceof WorkerLost)) throw thrown;
      }
      return gate.runAlone(start);
    },
    // Waits for running tasks.
    close: () =>
      gate.runAlone(async () => void (await Promise.all(idle.splice(0).map((worker) => worker.terminate())))),
  };
}

/** The worker's program in dist/, also when this file runs from source: a thread needs JavaScript. */
function workerProgram(): string {
  return createRequire(import.meta.url).resolve('#pixel-worker');
}
