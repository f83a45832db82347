import { Worker } from 'node:worker_threads';
import { WorkerLost } from './pixel-executor.ts';
import type { PixelTask, ResultOf } from './pixel-tasks.ts';

/** A message from a worker: its program has started, or its task has ended. */
export type WorkerMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly result: ResultOf<PixelTask> }
  | { readonly kind: 'failed'; readonly error: unknown };

/** A message to a worker: a task, or to free the memory that its tasks have left behind. */
export type WorkerRequest = PixelTask | { readonly kind: 'collect' };

/** A thread that runs one task at a time. */
export interface WorkerThread {
  /**
   * Throws `WorkerLost` if the thread crashes or exceeds the time limit, at which it is terminated. Any other error is
   * that of the task, or the reason why the thread did not start.
   */
  run<T extends PixelTask>(task: T, maxTimeMs: number): Promise<ResultOf<T>>;
  /** Has the thread free the memory that its tasks have left behind, before the next one. */
  collect(): void;
  isAlive(): boolean;
  terminate(): Promise<void>;
}

/** The limit of a worker's JavaScript heap. Pixels are outside of it, so that regular tasks need far less. */
const MAX_HEAP_MB = 512;
/** A thread that has not started by then will not start, however busy the machine is. */
const MAX_START_MS = 60_000;

type Ending = Exclude<WorkerMessage, { kind: 'ready' }>;

/** Starts a thread with the given program. It keeps the process alive only while it runs a task. */
export function startWorker(program: string): WorkerThread {
  const thread = new Worker(program, { resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB } });
  thread.unref();
  let onMessage = (_: WorkerMessage) => {};
  let onExit = () => {};
  let isDead = false;
  let cause: unknown;
  const handleExit = (error: unknown) => {
    isDead = true;
    cause ??= error;
    onExit();
  };
  thread.on('error', handleExit);
  thread.on('messageerror', handleExit);
  thread.on('exit', handleExit);
  thread.on('message', (message: WorkerMessage) => onMessage(message));
  // A failed start is not a verdict on a picture.
  const started = next('ready', MAX_START_MS).catch(() => {
    throw new Error('a worker thread failed to start', { cause });
  });
  started.catch(() => {});

  /** Waits for the next message of this kind. */
  function next(kind: 'ready' | 'ending', withinMs: number): Promise<WorkerMessage> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => lose(true), withinMs);
      const lose = (timedOut: boolean) => {
        clearTimeout(timer);
        isDead = true;
        void thread.terminate();
        reject(new WorkerLost(timedOut));
      };
      onMessage = (message) => {
        if ((message.kind === 'ready') !== (kind === 'ready')) return;
        clearTimeout(timer);
        resolve(message);
      };
      onExit = () => lose(false);
      if (isDead) lose(false);
    });
  }

  return {
    async run<T extends PixelTask>(task: T, maxTimeMs: number) {
      thread.ref();
      try {
        // The time limit starts when the thread is ready.
        await started;
        const ended = next('ending', maxTimeMs);
        thread.postMessage(task);
        const ending = (await ended) as Ending;
        if (ending.kind === 'failed') throw ending.error;
        return ending.result as ResultOf<T>;
      } finally {
        thread.unref();
      }
    },
    collect: () => thread.postMessage({ kind: 'collect' } satisfies WorkerRequest),
    isAlive: () => !isDead,
    async terminate() {
      await thread.terminate();
    },
  };
}
