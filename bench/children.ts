import { spawn } from 'node:child_process';

/** How long to wait after consumers have joined their group: their first fetch is not visible from outside. */
export const SETTLE_MS = 1000;

/** A process that the bench started. */
export interface Child {
  readonly pid: number | undefined;
  /** Resolves when the process exits; rejects if its exit code is not 0. */
  readonly ended: Promise<void>;
  /** Resolves when its stderr matches; rejects if it exits first. */
  until(pattern: RegExp): Promise<void>;
  /** Sends SIGTERM and resolves when the process has exited. */
  stop(): Promise<void>;
}

const running = new Set<Child>();

/** Starts a program without stdin and stdout, in its own process group: Ctrl-C at the terminal does not reach it. */
export function startChild(program: string, args: readonly string[], cwd?: string): Child {
  const process = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], detached: true, cwd });
  let stderr = '';
  let stopping = false;
  const listeners = new Set<() => void>();
  process.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    for (const listener of listeners) listener();
  });
  const ended = new Promise<void>((resolve, reject) => {
    process.once('error', reject);
    process.once('close', (status, signal) => {
      running.delete(child);
      if (status === 0) resolve();
      else reject(new Error(`${[program, ...args].join(' ')}: exited with ${status ?? signal}\n${stderr}`));
    });
  });
  // Callers that await it still see the rejection.
  ended.catch(() => {});

  const child: Child = {
    pid: process.pid,
    ended,
    async until(pattern) {
      let listener = () => {};
      const matched = new Promise<void>((resolve) => {
        listener = () => void (pattern.test(stderr) && resolve());
        listeners.add(listener);
        listener();
      });
      const early = ended.then(() => {
        throw new Error(`${program} exited before its output matched ${pattern}: ${stderr}`);
      });
      await Promise.race([matched, early]).finally(() => listeners.delete(listener));
    },
    async stop() {
      // A second signal would make a stage exit immediately, and its member would stay in the group for a while.
      if (!stopping) process.kill('SIGTERM');
      stopping = true;
      await ended;
    },
  };
  running.add(child);
  return child;
}

/** Stops all processes. */
export async function stopChildren(): Promise<void> {
  await Promise.allSettled([...running].map((child) => child.stop()));
}
