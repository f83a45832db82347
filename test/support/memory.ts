import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** The resident memory of this process in bytes, after a garbage collection. */
export function memoryInUse(): number {
  setFlagsFromString('--expose-gc');
  const gc: () => void = runInNewContext('gc');
  // The second collection releases what the first has finalized.
  gc();
  gc();
  return process.memoryUsage().rss;
}
