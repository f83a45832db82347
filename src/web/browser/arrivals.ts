/** Which alerts of the page as it is now are not shown yet: of those fetched, what is newer than all that is shown. */
export function arrived(shown: readonly number[], fetched: readonly number[]): number[] {
  const there = new Set(shown);
  return fetched.filter((number) => !there.has(number));
}

/** How many are new, in words: `1 new alert`, `2 new alerts`. */
export function arrivalWords(count: number): string {
  return `${count} new alert${count === 1 ? '' : 's'}`;
}

/** Has something done soon after it is asked for: one at a time, at most once in so many milliseconds. */
export function atMostEvery(pauseMs: number, work: () => Promise<void>): () => void {
  let state: 'idle' | 'busy' | 'asked again' = 'idle';

  async function run(): Promise<void> {
    await work().catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    const again = state === 'asked again';
    state = 'idle';
    if (again) start();
  }

  function start(): void {
    state = 'busy';
    void run();
  }

  return () => {
    if (state === 'idle') start();
    else state = 'asked again';
  };
}
