import { onTestFinished } from 'vitest';
import { type Running, startProgram } from './imgpipe.ts';

/** Starts a program of support/programs/ that is killed when the test has finished. */
export function startUntilTestEnds(
  program: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Running {
  const running = startProgram(`../support/programs/${program}`, args, { env });
  onTestFinished(async () => {
    running.child.kill('SIGKILL');
    await running.ended;
  });
  return running;
}
