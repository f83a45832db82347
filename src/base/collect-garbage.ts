import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const MAX_DROPPED = 2 ** 25;

let collect: (() => void) | undefined;
let dropped = 0;

/** Counts a buffer that is about to be no longer referenced. What is not collected yet of large ones stays below 32 MiB. */
export function countDropped(bytes: number): void {
  dropped += bytes;
  if (dropped < MAX_DROPPED) return;
  dropped = 0;
  collectGarbage();
}

/**
 * Frees the large buffers that are no longer referenced, in some milliseconds. Left alone, the engine keeps hundreds of
 * megabytes of them, and memory that WebAssembly has grown does not even count as a reason to collect it.
 */
export function collectGarbage(): void {
  collect ??= garbageCollector();
  collect();
}

/** The engine's own collector, which is there for new contexts while this flag is set. */
function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  const gc: () => void = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  return gc;
}
