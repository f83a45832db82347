import { type ChildProcess, spawn } from 'node:child_process';

/** Starts a watcher in the background and replaces itself with the program, which keeps the pid. The watcher kills it when this process ends. */
const WATCHED = '(read line <&3 || kill -9 $$) >/dev/null 2>&1 & exec 3<&-; exec "$@"';

/** Starts a program that never outlives this process, even if this one is killed. Ctrl-C in the terminal does not reach it. */
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
