import { execFileSync } from 'node:child_process';

/** Tests of processes run the built program: builds it from the current sources, unless npm's script has just done so. */
export function setup(): void {
  if (process.env['npm_lifecycle_event']?.startsWith('test')) return;
  for (const step of [
    ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'],
    ['--import', 'tsx', 'build/bundle.ts'],
  ]) {
    execFileSync(process.execPath, step, { stdio: 'inherit' });
  }
}
