import { Worker } from 'node:worker_threads';
import { WorkerLost } from './pixel-executor.ts';
import type { AnswerTo, PixelTask } from './pixel-tasks.ts';

/** What a worker says: that its program has started, or how its task has ended. */
export type WorkerMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly answer: AnswerTo<PixelTask> }
  | { readonly kind: 'failed'; readonly error: unknown };

/** A thread that does one task at a time. */
export interface WorkerThread {
  /**
   * Throws `WorkerLost` where the thread dies of the task, or is not done after so long: then it is ended. Anything else is
   * the task's own error, or says why the thread has not started.
   */
  perform<T extends PixelTask>(task: T, maxTimeMs: number): Promise<AnswerTo<T>>;
  isAlive(): boolean;
  end(): Promise<void>;
}

/** Objects of a worker's own take little: whatever fills more than this does not come to an end. */
const MAX_HEAP_MB = 512;
/** A thread that has not started after this long, on a machine however busy, does not start. */
const MAX_START_MS = 60_000;

type Ending = Exclude<WorkerMessage, { kind: 'ready' }>;

/** Starts a thread of this program, which keeps the process from ending only while it has a task. */
export function startWorker(program: string): WorkerThread {
  const thread = new Worker(program, { resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB } });
  thread.unref();
  let onMessage = (_: WorkerMessage) => {};
  let onDeath = () => {};
  let dead = false;
  let cause: unknown;
  const die = (error: unknown) => {
    dead = true;
    cause ??= error;
    onDeath();
  };
  thread.on('error', die);
  thread.on('messageerror', die);
  thread.on('exit', die);
  thread.on('message', (message: WorkerMessage) => onMessage(message));
  // That it does not start is no picture's fault.
  const started = next('ready', MAX_START_MS).catch(() => {
    throw new Error('a worker thread does not start', { cause });
  });
  started.catch(() => {});

  /** The next message, which is to be of this kind. */
  function next(kind: 'ready' | 'ending', withinMs: number): Promise<WorkerMessage> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => lose(true), withinMs);
      const lose = (late: boolean) => {
        clearTimeout(timer);
        dead = true;
        void thread.terminate();
        reject(new WorkerLost(late));
      };
      onMessage = (message) => {
        if ((message.kind === 'ready') !== (kind === 'ready')) return;
        clearTimeout(timer);
        resolve(message);
      };
      onDeath = () => lose(false);
      if (dead) lose(false);
    });
  }

  return {
    async perform<T extends PixelTask>(task: T, maxTimeMs: number) {
      thread.ref();
      try {
        // Its time begins once it is there.
        await started;
        const ended = next('ending', maxTimeMs);
        thread.postMessage(task);
        const ending = (await ended) as Ending;
        if (ending.kind === 'failed') throw ending.error;
        return ending.answer as AnswerTo<T>;
      } finally {
        thread.unref();
      }
    },
    isAlive: () => !dead,
    async end() {
      await thread.terminate();
    },
  };
}
