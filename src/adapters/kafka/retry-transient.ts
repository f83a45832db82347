import { setTimeout as sleep } from 'node:timers/promises';

/** How soon brokers that could not answer yet are asked again. */
const ASK_AGAIN_MS = 50;

/**
 * The brokers' answer: those that have just started, made a topic or lost one another send their clients away for a
 * moment, and are asked again. Any other error comes out, and after `over` a passing one too.
 */
export async function untilSettled<T>(
  ask: () => Promise<T>,
  isPassing: (error: unknown) => boolean,
  over: AbortSignal,
): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (over.aborted || !isPassing(error)) throw error;
    }
    await sleep(ASK_AGAIN_MS);
  }
}
