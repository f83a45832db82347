import { type ChildProcess, spawn } from 'node:child_process';

/** Leaves a watcher behind, then becomes the program: its process id is the child's. The watcher kills it when this process is gone. */
const WATCHED = '(read told <&3 || kill -9 $$) >/dev/null 2>&1 & exec 3<&-; exec "$@"';

/**
 * Starts a program that does not outlive this process, however this one ends. What the terminal sends to this process
 * (Ctrl-C) does not reach it.
 */
export function spawnToDieWithParent(program: string, args: readonly string[]): ChildProcess {
  const child = spawn('sh', ['-c', WATCHED, 'sh', program, ...args], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const watcher = child.stdio[3] as import('node:net').Socket;
  watcher.on('error', () => {});
  child.once('exit', () => watcher.end('done\n'));
  return child;
}
