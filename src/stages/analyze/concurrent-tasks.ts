/** Named tasks that run concurrently, up to a limit. */
export interface ConcurrentTasks<T> {
  has(name: string): boolean;
  isEmpty(): boolean;
  /** Resolves once fewer tasks run than the limit allows. Rejects with the error of the oldest running task. */
  waitForSlot(): Promise<void>;
  start(name: string, task: Promise<T>): void;
  /** The total size of the results so far. */
  resultSize(): number;
  /** All results, in the order in which the tasks were started. Rejects with the first error. */
  results(): Promise<Map<string, T>>;
  /** Resolves once no task runs, whether they succeeded or failed. */
  settled(): Promise<void>;
}

export function createConcurrentTasks<T>(limit: () => number, sizeOf: (result: T) => number): ConcurrentTasks<T> {
  const tasks = new Map<string, Promise<T>>();
  const running: Promise<T>[] = [];
  let size = 0;
  return {
    has: (name) => tasks.has(name),
    isEmpty: () => tasks.size === 0,
    async waitForSlot() {
      while (running.length >= limit()) {
        await running[0];
        running.shift();
      }
    },
    start(name, task) {
      tasks.set(name, task);
      running.push(task);
      // The error is handled where the task is awaited.
      task.then(
        (result) => {
          size += sizeOf(result);
        },
        () => {},
      );
    },
    resultSize: () => size,
    async results() {
      const results = await Promise.all(tasks.values());
      return new Map([...tasks.keys()].map((name, index) => [name, results[index] as T]));
    },
    async settled() {
      await Promise.allSettled(tasks.values());
    },
  };
}
