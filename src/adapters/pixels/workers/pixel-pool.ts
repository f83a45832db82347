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
  /** The threads without a task, and the memory in bytes that the decoders of each have grown to and keep. */
  const idle: { readonly worker: WorkerThread; readonly kept: number }[] = [];

  async function attempt<T extends PixelTask>(task: T, memory: number): Promise<ResultOf<T>> {
    const decodes = task.kind !== 'compare' && task.kind !== 'draw';
    // A large picture is decoded where memory has grown already: the other threads stay small.
    idle.sort((a, b) => (decodes ? a.kept - b.kept : b.kept - a.kept));
    const { worker, kept } = idle.pop() ?? { worker: startWorker(program), kept: 0 };
    if (memory > maxMemory) await terminateWhere((each) => each.kept > 0);
    try {
      return await worker.run(task, maxTimeMs);
    } finally {
      if (worker.isAlive()) {
        if (memory >= LARGE_MEMORY) worker.collect();
        idle.push({ worker, kept: decodes ? Math.max(kept, memory) : kept });
      }
    }
  }

  async function terminateWhere(isEnded: (each: { readonly kept: number }) => boolean): Promise<void> {
    const ended = idle.filter(isEnded);
    idle.splice(0, idle.length, ...idle.filter((each) => !isEnded(each)));
    await Promise.all(ended.map(({ worker }) => worker.terminate()));
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
    close: () => gate.runAlone(() => terminateWhere(() => true)),
  };
}

/** The worker's program in dist/, also when this file runs from source: a thread needs JavaScript. */
function workerProgram(): string {
  return createRequire(import.meta.url).resolve('#pixel-worker');
}
