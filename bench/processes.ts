import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Child, startChild } from './children.ts';

const BIN = fileURLToPath(new URL('../bin/imgpipe.js', import.meta.url));
/** What a stage prints when it is ready: on Kafka when it has its partitions. The viewer prints it when it listens. */
const READY = / is assigned .*partition|: broker embedded|^serve: /m;

/** The resources of an imgpipe process, from start to exit. */
export interface Usage {
  readonly seconds: number;
  /** Peak resident memory in megabytes; NaN if the system does not report it. */
  readonly peakMegabytes: number;
}

/** Runs imgpipe until it exits; throws if it fails. */
export async function timed(args: readonly string[]): Promise<Usage> {
  const began = performance.now();
  const child = imgpipe(args);
  const peak = watchMemory(child);
  await child.ended;
  return { seconds: (performance.now() - began) / 1000, peakMegabytes: peak() };
}

/** Starts an endless stage or the viewer; resolves when it is ready. */
export async function started(args: readonly string[]): Promise<Pick<Child, 'stop'>> {
  const child = imgpipe(args);
  await child.until(READY);
  return child;
}

function imgpipe(args: readonly string[]): Child {
  return startChild(process.execPath, [BIN, ...args]);
}

/** Polls the peak memory of a running process (Linux). */
function watchMemory({ pid }: Child): () => number {
  let peak = Number.NaN;
  const poll = () => {
    try {
      const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
      if (kilobytes !== undefined) peak = Number(kilobytes) / 1024;
    } catch {
      // The process has exited, or this is not Linux.
    }
  };
  const timer = setInterval(poll, 50).unref();
  return () => {
    clearInterval(timer);
    return peak;
  };
}
