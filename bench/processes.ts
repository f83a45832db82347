import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../bin/imgpipe.js', import.meta.url));

/** What a process of imgpipe took, from its start to its end. */
export interface Taken {
  readonly seconds: number;
  /** The peak of its resident memory in megabytes; not a number where the system does not tell. */
  readonly peakMegabytes: number;
}

/** Runs imgpipe to its end; it must succeed. */
export async function timed(args: readonly string[]): Promise<Taken> {
  const began = performance.now();
  const process = begin(args);
  const peak = watchMemory(process);
  await endOf(process, args);
  return { seconds: (performance.now() - began) / 1000, peakMegabytes: peak() };
}

/** Starts a stage that goes on until it is told to stop; answers when it is at work. */
export async function started(args: readonly string[]): Promise<{ stop(): Promise<void> }> {
  const process = begin(args);
  await new Promise<void>((resolve) => process.stderr?.once('data', () => resolve()));
  return {
    stop: async () => {
      process.kill('SIGTERM');
      await endOf(process, args);
    },
  };
}

function begin(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [BIN, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
}

async function endOf(child: ChildProcess, args: readonly string[]): Promise<void> {
  let told = '';
  child.stderr?.on('data', (text) => {
    told += text;
  });
  const status = await new Promise((resolve) => child.once('close', resolve));
  if (status !== 0) throw new Error(`imgpipe ${args.join(' ')}: exit ${status}\n${told}`);
}

/** Reads the high-water mark of a process while it lives (Linux). */
function watchMemory({ pid }: ChildProcess): () => number {
  let peak = Number.NaN;
  const look = () => {
    try {
      const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
      if (kilobytes !== undefined) peak = Number(kilobytes) / 1024;
    } catch {
      // It has ended, or this is another system.
    }
  };
  const timer = setInterval(look, 50);
  return () => {
    clearInterval(timer);
    return peak;
  };
}
