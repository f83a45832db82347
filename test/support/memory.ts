import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** The memory that this process holds, in bytes, once its garbage is gone. */
export function memoryInUse(): number {
  setFlagsFromString('--expose-gc');
  const gc: () => void = runInNewContext('gc');
  // What has been given up by the first collection is given back with the second.
  gc();
  gc();
  return process.memoryUsage().rss;
}
