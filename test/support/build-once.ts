import { execFileSync } from 'node:child_process';

/** The tests of processes run what is built: it must be of the source as it stands. */
export function setup(): void {
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {
    stdio: 'inherit',
  });
}
