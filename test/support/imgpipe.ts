import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's folder. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const BIN = path.join(ROOT, 'bin/imgpipe.js');

export interface Ended {
  /** The exit status, null after a signal. */
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** The output so far. */
  stdout(): string;
  stderr(): string;
  /** Resolves once stdout or stderr matches. Rejects if the process ends before. */
  until(pattern: RegExp): Promise<void>;
}

export interface StartOptions {
  readonly env?: Record<string, string>;
  readonly cwd?: string;
  readonly uid?: number;
}

/** The uid of the user nobody. */
export const NOBODY = 65534;

/** Whether processes can run as another user: this needs root, and a Node that everybody may execute. */
export const canRunAsNobody = spawnSync(process.execPath, ['--version'], { uid: NOBODY, gid: NOBODY }).status === 0;

/** Starts imgpipe as a process, without the IMGPIPE_ variables of this environment. */
export function start(args: readonly string[], options: StartOptions = {}): Running {
  return watch(spawn(process.execPath, [BIN, ...args], spawnOptions(options)));
}

/** Runs imgpipe until it exits. */
export function imgpipe(args: readonly string[], options: StartOptions = {}): Promise<Ended> {
  return start(args, options).ended;
}

/** Starts a TypeScript program of test/programs/. */
export function startProgram(file: string, args: readonly string[], options: StartOptions = {}): Running {
  const program = path.join(ROOT, 'test/programs', file);
  return watch(spawn(process.execPath, ['--import', 'tsx', program, ...args], spawnOptions({ cwd: ROOT, ...options })));
}

function spawnOptions({ env = {}, cwd, uid }: StartOptions) {
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('IMGPIPE_')));
  return {
    env: { ...own, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'] as ['ignore', 'pipe', 'pipe'],
    ...(cwd !== undefined && { cwd }),
    ...(uid !== undefined && { uid, gid: uid }),
  };
}

/** Collects the output of a process. */
export function watch(child: ChildProcess): Running {
  const output = { stdout: '', stderr: '' };
  const listeners = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
      for (const each of listeners) each();
    });
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => resolve({ status, signal, ...output }));
  });
  return {
    child,
    ended,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const check = () => {
          if (!pattern.test(output.stdout) && !pattern.test(output.stderr)) return;
          listeners.delete(check);
          resolve();
        };
        listeners.add(check);
        check();
        ended.then(
          (end) =>
            reject(new Error(`exited (${end.status ?? end.signal}) before ${pattern}: ${end.stdout}${end.stderr}`)),
          reject,
        );
      }),
  };
}
