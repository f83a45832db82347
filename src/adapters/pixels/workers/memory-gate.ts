/** Lets work in while there is room for it, in the order of asking. */
export interface MemoryGate {
  /** Does work that takes so many bytes; what takes more than there is in all is done alone. */
  within<T>(bytes: number, work: () => Promise<T>): Promise<T>;
  /** Does work while nothing else is done. */
  alone<T>(work: () => Promise<T>): Promise<T>;
}

interface Waiting {
  readonly bytes: number;
  readonly enter: () => void;
}

/** At most so many pieces of work at a time, which take so many bytes at the most together. */
export function createMemoryGate(most: { readonly pieces: number; readonly bytes: number }): MemoryGate {
  const waiting: Waiting[] = [];
  let pieces = 0;
  let used = 0;

  /** The first in the line goes first: small work does not keep large work out for ever. */
  function admit(): void {
    for (;;) {
      const [first] = waiting;
      if (first === undefined || pieces >= most.pieces || used + first.bytes > most.bytes) return;
      waiting.shift();
      pieces += 1;
      used += first.bytes;
      first.enter();
    }
  }

  async function within<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    const taken = Math.min(bytes, most.bytes);
    await new Promise<void>((enter) => {
      waiting.push({ bytes: taken, enter });
      admit();
    });
    try {
      return await work();
    } finally {
      pieces -= 1;
      used -= taken;
      admit();
    }
  }

  return { within, alone: (work) => within(most.bytes, work) };
}
