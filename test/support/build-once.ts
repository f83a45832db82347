import { execFileSync } from 'node:child_process';

/** Builds dist/, because tests of processes run the built program. */
export function setup(): void {
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {
    stdio: 'inherit',
  });
}
