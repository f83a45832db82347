import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { type Ended, ROOT, type Running, watch } from './imgpipe.ts';

const UNSHARE = ['--pid', '--fork', '--kill-child', '--mount-proc'];

/** Why no PID namespace can be created here, or undefined if one can. */
export const whyNoNamespace: string | undefined = (() => {
  try {
    execFileSync('unshare', [...UNSHARE, 'true'], { stdio: 'pipe' });
    execFileSync('nsenter', ['--version'], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return `cannot create a PID namespace: ${(error as Error).message.trim().split('\n').at(-1)}`;
  }
})();

/** A PID namespace with the host's name and network, as a container with `--network host` has it. */
export interface Namespace {
  /** Starts Node in it, as `docker exec` does, until the test has finished. */
  exec(args: readonly string[]): Running;
  /** Starts imgpipe in it. */
  imgpipe(args: readonly string[]): Running;
}

/** Creates a PID namespace that exists until the test has finished. */
export async function createNamespace(): Promise<Namespace> {
  const holder = spawn('unshare', [...UNSHARE, 'sleep', 'infinity'], { stdio: 'ignore' });
  onTestFinished(() => end(holder));
  const first = await childOf(holder);
  function exec(args: readonly string[]): Running {
    const command = ['--target', String(first), '--pid', '--mount', `--wd=${ROOT}`, process.execPath, ...args];
    const running = watch(spawn('nsenter', command, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] }));
    onTestFinished(async () => {
      await killIn(running);
    });
    return running;
  }
  return { exec, imgpipe: (args) => exec([path.join(ROOT, 'bin/imgpipe.js'), ...args]) };
}

/** Kills the process that was started in a namespace. */
export async function killIn(running: Running): Promise<Ended> {
  if (running.child.exitCode === null && running.child.signalCode === null) {
    process.kill(await childOf(running.child), 'SIGKILL');
  }
  return running.ended;
}

/** The child of `unshare` or `nsenter`. */
async function childOf({ pid }: ChildProcess): Promise<number> {
  for (;;) {
    const child = Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim());
    if (child > 0) return child;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function end(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}
