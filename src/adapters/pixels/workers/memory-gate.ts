/** Limits concurrent tasks by number and by memory, in the order of their requests. */
export interface MemoryGate {
  /** Runs a task that needs `bytes` of memory. A task that needs more than the limit runs alone. */
  run<T>(bytes: number, task: () => Promise<T>): Promise<T>;
  /** Runs a task while no other one runs. */
  runAlone<T>(task: () => Promise<T>): Promise<T>;
}

interface Waiting {
  readonly bytes: number;
  readonly enter: () => void;
}

/** Creates a gate for at most `tasks` concurrent tasks, which use at most `bytes` of memory together. */
export function createMemoryGate(limits: { readonly tasks: number; readonly bytes: number }): MemoryGate {
  const waiting: Waiting[] = [];
  let running = 0;
  let used = 0;

  /** Strictly first come, first served: small tasks cannot starve a large one. */
  function admit(): void {
    for (;;) {
      const [first] = waiting;
      if (first === undefined || running >= limits.tasks || used + first.bytes > limits.bytes) return;
      waiting.shift();
      running += 1;
      used += first.bytes;
      first.enter();
    }
  }

  async function run<T>(bytes: number, task: () => Promise<T>): Promise<T> {
    const reserved = Math.min(bytes, limits.bytes);
    await new Promise<void>((enter) => {
      waiting.push({ bytes: reserved, enter });
      admit();
    });
    try {
      return await task();
    } finally {
      running -= 1;
      used -= reserved;
      admit();
    }
  }

  return { run, runAlone: (task) => run(limits.bytes, task) };
}
