import { createRequire } from 'node:module';
import { createMemoryGate } from './memory-gate.ts';
import { INLINE_EXECUTOR, type PixelExecutor, WorkerLost } from './pixel-executor.ts';
import type { AnswerTo, PixelTask } from './pixel-tasks.ts';
import { startWorker, type WorkerThread } from './worker-thread.ts';

export interface PixelPoolOptions {
  readonly workers: number;
  /** After this long a task's worker is ended. */
  readonly maxTimeMs: number;
  /** The file of the workers' program, where it is another than ours. */
  readonly program?: string;
  /** What takes no more memory than this is done in this thread. */
  readonly smallMemory?: number;
}

/** How much memory tasks take together. One that takes more is worked on alone. */
const MAX_MEMORY = 96e6;

/** A picture of some 400 × 400: done before a worker has heard of it, and too small to take long whatever is in it. */
const SMALL_MEMORY = 2e6;

/**
 * Worker threads that share the tasks, each started when it is first needed. One that dies, or is not done in time, is
 * replaced, and its task is tried once more while no other is worked on: only then is the task to blame. Small tasks are
 * done in this thread.
 */
export function createPixelPool(options: PixelPoolOptions): PixelExecutor {
  const { workers, maxTimeMs, program = ourProgram(), smallMemory = SMALL_MEMORY } = options;
  const gate = createMemoryGate({ pieces: workers, bytes: MAX_MEMORY });
  const idle: WorkerThread[] = [];

  async function attempt<T extends PixelTask>(task: T): Promise<AnswerTo<T>> {
    const worker = idle.pop() ?? startWorker(program);
    try {
      const answer = await worker.perform(task, maxTimeMs);
      idle.push(worker);
      return answer;
    } catch (thrown) {
      if (worker.isAlive()) idle.push(worker);
      throw thrown;
    }
  }

  return {
    // While one is worked on, the next one's bytes are read.
    atOnce: 2 * workers,
    shares: true,
    async perform(make, memory) {
      if (memory <= smallMemory) return INLINE_EXECUTOR.perform(make, memory);
      let task: ReturnType<typeof make> | undefined;
      const begin = () => {
        task ??= make();
        return attempt(task);
      };
      try {
        return await gate.within(memory, begin);
      } catch (thrown) {
        if (!(thrown instanceof WorkerLost)) throw thrown;
      }
      return gate.alone(begin);
    },
    // What is under way comes to its end before.
    close: () => gate.alone(async () => void (await Promise.all(idle.splice(0).map((worker) => worker.end())))),
  };
}

/** The built program of our workers, also where this file is not built: a thread starts from JavaScript. */
function ourProgram(): string {
  return createRequire(import.meta.url).resolve('#pixel-worker');
}
