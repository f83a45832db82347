/** The fetched alerts that are not shown yet. */
export function arrived(shown: readonly number[], fetched: readonly number[]): number[] {
  const known = new Set(shown);
  return fetched.filter((number) => !known.has(number));
}

/** `1 new alert`, `2 new alerts`. */
export function arrivalText(count: number): string {
  return `${count} new alert${count === 1 ? '' : 's'}`;
}

/** Rate-limits `work`: one run at a time and a pause after each. Calls during a run cause one more run. */
export function atMostEvery(pauseMs: number, work: () => Promise<void>): () => void {
  let state: 'idle' | 'busy' | 'rerun' = 'idle';

  async function run(): Promise<void> {
    await work().catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    const again = state === 'rerun';
    state = 'idle';
    if (again) start();
  }

  function start(): void {
    state = 'busy';
    void run();
  }

  return () => {
    if (state === 'idle') start();
    else state = 'rerun';
  };
}
