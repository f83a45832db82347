import { createRequire } from 'node:module';
import { createMemoryGate } from './memory-gate.ts';
import { INLINE_EXECUTOR, type PixelExecutor, WorkerLost } from './pixel-executor.ts';
import type { PixelTask, ResultOf } from './pixel-tasks.ts';
import { startWorker, type WorkerThread } from './worker-thread.ts';

export interface PixelPoolOptions {
  readonly workers: number;
  /** The time limit of a task, after which its worker is terminated. */
  readonly maxTimeMs: number;
  /** The memory that concurrent tasks may use together, in bytes, if that is less than they otherwise may. */
  readonly maxMemory?: number | undefined;
  /** The worker's program, for tests. */
  readonly program?: string;
  /** Tasks that need at most this much memory, in bytes, run on the calling thread. */
  readonly inlineMemory?: number;
}

/** The memory that concurrent tasks may use together, in bytes. A task that needs more runs alone. */
const MAX_MEMORY = 108e6;

/** What a task that needs so many bytes leaves behind is freed at once, which takes some milliseconds. */
const LARGE_MEMORY = 32e6;

/** A picture of about 400 × 400: faster to process here than to post to a worker, and never slow. */
const DEFAULT_INLINE_MEMORY = 3e6;

/**
 * A pool of worker threads, each started on demand. A worker that crashes or exceeds the time limit is replaced, and
 * its task is retried once while no other task runs: only a second failure is the task's own. Small tasks run on the
 * calling thread.
 */
export function createPixelPool(options: PixelPoolOptions): PixelExecutor {
  const { workers, maxTimeMs, program = workerProgram(), inlineMemory = DEFAULT_INLINE_MEMORY } = options;
  const maxMemory = Math.min(MAX_MEMORY, options.maxMemory ?? MAX_MEMORY);
  const gate = createMemoryGate({ tasks: workers, bytes: maxMemory });
  const idle: WorkerThread[] = [];

  async function attempt<T extends PixelTask>(task: T, memory: number): Promise<ResultOf<T>> {
    const worker = idle.pop() ?? startWorker(program);
    // The others keep what their decoders have grown to.
    if (memory > maxMemory) await terminateIdle();
    try {
      return await worker.run(task, maxTimeMs);
    } finally {
      if (worker.isAlive()) {
        if (memory >= LARGE_MEMORY) worker.collect();
        idle.push(worker);
      }
    }
  }

  async function terminateIdle(): Promise<void> {
    await Promise.all(idle.splice(0).map((worker) => worker.terminate()));
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
        return attempt(task, memory);
      };
      try {
        return await gate.run(memory, start);
      } catch (thrown) {
        if (!(thrown instanceof WorkerLost)) throw thrown;
      }
      return gate.runAlone(start);
    },
    // Waits for running tasks.
    close: () => gate.runAlone(terminateIdle),
  };
}

/** The worker's program in dist/, also when this file runs from source: a thread needs JavaScript. */
function workerProgram(): string {
  return createRequire(import.meta.url).resolve('#pixel-worker');
}
