import { execFileSync } from 'node:child_process';

/** Tests of processes run the built program: builds it from the current sources. */
export function setup(): void {
  for (const step of [
    ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'],
    ['--import', 'tsx', 'build/bundle.ts'],
  ]) {
    execFileSync(process.execPath, step, { stdio: 'inherit' });
  }
}
