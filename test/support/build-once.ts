import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './imgpipe.ts';

const SOURCES = ['src', 'build', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'];
/** What the build writes last. */
const BUILT = 'dist/bundle';

/** Tests of processes run the built program: builds it from the current sources, unless it is newer than they are. */
export function setup(): void {
  if (newestOf([BUILT]) > newestOf(SOURCES)) return;
  for (const step of [
    ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'],
    ['--import', 'tsx', 'build/bundle.ts'],
  ]) {
    execFileSync(process.execPath, step, { stdio: 'inherit', cwd: ROOT });
  }
}

/** When the newest of some files, or of the files in some folders, was modified; 0 if there are none. */
function newestOf(places: readonly string[]): number {
  return Math.max(0, ...places.map((place) => modifiedAt(path.join(ROOT, place))));
}

function modifiedAt(place: string): number {
  const stats = statSync(place, { throwIfNoEntry: false });
  if (stats === undefined) return 0;
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(stats.mtimeMs, ...readdirSync(place).map((name) => modifiedAt(path.join(place, name))));
}
