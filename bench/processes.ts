import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Child, startChild } from './children.ts';

const BIN = fileURLToPath(new URL('../bin/imgpipe.js', import.meta.url));
/** What a stage prints when it is at work: on Kafka once it has its partitions. The viewer listens by then. */
const AT_WORK = / is assigned .*partition|: broker embedded|^serve: /m;

/** What a process of imgpipe took, from its start to its end. */
export interface Taken {
  readonly seconds: number;
  /** The peak of its resident memory in megabytes; not a number where the system does not tell. */
  readonly peakMegabytes: number;
}

/** Runs imgpipe to its end; it must succeed. */
export async function timed(args: readonly string[]): Promise<Taken> {
  const began = performance.now();
  const child = imgpipe(args);
  const peak = watchMemory(child);
  await child.ended;
  return { seconds: (performance.now() - began) / 1000, peakMegabytes: peak() };
}

/** Starts a stage, or the viewer, that goes on until it is told to stop; answers when it is at work. */
export async function started(args: readonly string[]): Promise<Pick<Child, 'stop'>> {
  const child = imgpipe(args);
  await child.until(AT_WORK);
  return child;
}

function imgpipe(args: readonly string[]): Child {
  return startChild(process.execPath, [BIN, ...args]);
}

/** Reads the high-water mark of a process while it lives (Linux). */
function watchMemory({ pid }: Child): () => number {
  let peak = Number.NaN;
  const look = () => {
    try {
      const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
      if (kilobytes !== undefined) peak = Number(kilobytes) / 1024;
    } catch {
      // It has ended, or this is another system.
    }
  };
  const timer = setInterval(look, 50).unref();
  return () => {
    clearInterval(timer);
    return peak;
  };
}
