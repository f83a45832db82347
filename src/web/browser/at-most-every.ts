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
