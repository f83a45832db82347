import { onTestFinished } from 'vitest';
import { type Running, startProgram } from './imgpipe.ts';

/** Starts a program of support/programs/ that is killed when the test has finished. */
export function startUntilTestEnds(
  program: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Running {
  return untilTestEnds(startProgram(`../support/programs/${program}`, args, { env }));
}

/** Kills a process when the test has finished. */
export function untilTestEnds(running: Running): Running {
  onTestFinished(async () => {
    running.child.kill('SIGKILL');
    await running.ended;
  });
  return running;
}
