/** Work under names that is begun before the work before it is done. */
export interface ConcurrentTasks<T> {
  has(name: string): boolean;
  begun(): boolean;
  /** Answers once fewer are under way than may be; throws what the oldest of them threw. */
  room(): Promise<void>;
  begin(name: string, work: Promise<T>): void;
  /** The size of all results so far. */
  size(): number;
  /** All results, in the order in which they were begun; throws what the first of them threw. */
  all(): Promise<Map<string, T>>;
  /** Answers once nothing is under way any more, however it ended. */
  settled(): Promise<void>;
}

export function createConcurrentTasks<T>(atOnce: () => number, sizeOf: (result: T) => number): ConcurrentTasks<T> {
  const works = new Map<string, Promise<T>>();
  const underWay: Promise<T>[] = [];
  let size = 0;
  return {
    has: (name) => works.has(name),
    begun: () => works.size > 0,
    async room() {
      while (underWay.length >= atOnce()) {
        await underWay[0];
        underWay.shift();
      }
    },
    begin(name, work) {
      works.set(name, work);
      underWay.push(work);
      // What it throws is told by whoever waits for it.
      work.then(
        (result) => {
          size += sizeOf(result);
        },
        () => {},
      );
    },
    size: () => size,
    async all() {
      const results = await Promise.all(works.values());
      return new Map([...works.keys()].map((name, index) => [name, results[index] as T]));
    },
    async settled() {
      await Promise.allSettled(works.values());
    },
  };
}
