import { type PixelTask, type ResultOf, runTask, type Verdict } from './pixel-tasks.ts';

/** Runs tasks on pixels. */
export interface PixelExecutor {
  /** How many tasks to submit concurrently for full utilization. */
  readonly atOnce: number;
  /** Whether decoded pictures must be in shared memory. */
  readonly needsSharedMemory: boolean;
  /**
   * Runs a task that needs `memory` bytes. `createTask` is called when its turn has come. Throws `WorkerLost`; any
   * other error is not a verdict on a picture.
   */
  run<T extends PixelTask>(createTask: () => T, memory: number): Promise<ResultOf<T>>;
  close(): Promise<void>;
}

/** A task crashed two workers, or exceeded the time limit twice. The second attempt ran while no other task did. */
export class WorkerLost extends Error {
  /** True if the worker was terminated at the time limit; false if it crashed. */
  readonly timedOut: boolean;

  constructor(timedOut: boolean) {
    super(timedOut ? 'a worker exceeded the time limit of its task' : 'a worker crashed during its task');
    this.name = 'WorkerLost';
    this.timedOut = timedOut;
  }
}

/** The verdict on a picture whose decoding lost two workers. */
export function verdictOnLoss({ timedOut }: WorkerLost): Verdict {
  const message = timedOut
    ? 'decoding takes longer than the limit (max_picture_time)'
    : 'decoding crashed two workers, probably for lack of memory';
  return { code: 'too_large', message };
}

/** Runs tasks on the calling thread, without a time limit. */
export const INLINE_EXECUTOR: PixelExecutor = {
  atOnce: 1,
  needsSharedMemory: false,
  run: <T extends PixelTask>(createTask: () => T) => runTask(createTask()) as Promise<ResultOf<T>>,
  close: async () => {},
};
