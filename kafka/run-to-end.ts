import { spawn } from 'node:child_process';

export interface RunEnd {
  readonly status: number | null;
  /** Its stdout and stderr. */
  readonly output: string;
}

/** Runs a program until it exits. Resolves with undefined if there is no such program. */
export function runToEnd(program: string, args: readonly string[]): Promise<RunEnd | undefined> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    child.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? resolve(undefined) : reject(error)));
    child.on('close', (status) => resolve({ status, output }));
  });
}
