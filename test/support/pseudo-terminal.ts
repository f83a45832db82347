import { spawn, spawnSync } from 'node:child_process';
import path from 'node:path';
import { ROOT } from './imgpipe.ts';

const script = spawnSync('script', ['--version'], { encoding: 'utf8' });

/** Why no pseudo terminal can be had here, or undefined if one can. */
export const whyNoTerminal = `${script.stdout}`.includes('util-linux') ? undefined : "util-linux's script is missing";

/** A command line of imgpipe, for a shell. */
export function shellCommand(...args: readonly string[]): string {
  return [process.execPath, path.join(ROOT, 'bin/imgpipe.js'), ...args].map((arg) => `'${arg}'`).join(' ');
}

/** Runs a shell command on a pseudo terminal, which has no size unless the command sets one. It has 20 seconds. */
export async function onTerminal(
  command: string,
  env: Record<string, string> = {},
): Promise<{ readonly status: number | null; readonly output: string }> {
  const { CI: _, ...outer } = process.env;
  const options = { env: { ...outer, TERM: 'xterm', ...env }, timeout: 20_000, killSignal: 'SIGKILL' } as const;
  const terminal = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], options);
  terminal.stdin.end();
  let output = '';
  terminal.stdout.setEncoding('utf8').on('data', (more: string) => {
    output += more;
  });
  const status = await new Promise<number | null>((resolve) => terminal.on('close', resolve));
  return { status, output };
}
