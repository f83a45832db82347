import { spawn } from 'node:child_process';

/** What consumers do between joining their group and their first fetch cannot be seen from outside. */
export const SETTLE_MS = 1000;

/** A process of the bench's. */
export interface Child {
  readonly pid: number | undefined;
  /** Answers at its end; throws where it was not a success. */
  readonly ended: Promise<void>;
  /** Answers once it has printed this to stderr; throws where it ends before. */
  until(pattern: RegExp): Promise<void>;
  /** Tells it to end, and answers when it has. */
  stop(): Promise<void>;
}

const running = new Set<Child>();

/** Starts a program whose results nobody reads. A Ctrl-C at the terminal does not reach it. */
export function startChild(program: string, args: readonly string[], cwd?: string): Child {
  const process = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], detached: true, cwd });
  let told = '';
  let stopping = false;
  const listeners = new Set<() => void>();
  process.stderr.setEncoding('utf8').on('data', (text: string) => {
    told += text;
    for (const listener of listeners) listener();
  });
  const ended = new Promise<void>((resolve, reject) => {
    process.once('error', reject);
    process.once('close', (status, signal) => {
      running.delete(child);
      if (status === 0) resolve();
      else reject(new Error(`${[program, ...args].join(' ')}: ended with ${status ?? signal}\n${told}`));
    });
  });
  // Whoever waits for it hears of it.
  ended.catch(() => {});

  const child: Child = {
    pid: process.pid,
    ended,
    async until(pattern) {
      let listener = () => {};
      const said = new Promise<void>((resolve) => {
        listener = () => void (pattern.test(told) && resolve());
        listeners.add(listener);
        listener();
      });
      const early = ended.then(() => {
        throw new Error(`${program} ended before it said ${pattern}: ${told}`);
      });
      await Promise.race([said, early]).finally(() => listeners.delete(listener));
    },
    async stop() {
      // A stage that is told twice ends at once, and stays in its group for a while.
      if (!stopping) process.kill('SIGTERM');
      stopping = true;
      await ended;
    },
  };
  running.add(child);
  return child;
}

/** Ends all that run. */
export async function stopChildren(): Promise<void> {
  await Promise.allSettled([...running].map((child) => child.stop()));
}
