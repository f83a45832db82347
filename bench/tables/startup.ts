import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { head, ms, row } from '../print.ts';
import { timed } from '../processes.ts';
import type { Session } from '../session.ts';
import { percentile } from '../statistics.ts';

const BIN = fileURLToPath(new URL('../../bin/imgpipe.js', import.meta.url));

/** Prints the processor time of a command, user and system, in seconds. */
const SCRIPT = `TIMEFORMAT='%3U %3S'; { time "$@" >/dev/null 2>&1; } 2>&1; true`;

/** The processor time of short commands beside that of a bare Node: medians of runs that take turns. */
export async function startup(session: Session, original: string): Promise<void> {
  const { folder, args } = session.newCase();
  await timed(['run', ...args, '--count', '4']);
  const changed = path.join(folder, 'image_database/00003.jpg');
  const cases = [
    ['node -e 0', ['-e', '0']],
    ['--version', [BIN, '--version']],
    ['--help', [BIN, '--help']],
    ['view 1', [BIN, 'view', '1', ...args]],
    ['compare, two JPEGs of 350 × 350', [BIN, 'compare', original, changed]],
  ] as const;
  const times = cases.map((): number[] => []);
  for (let round = 0; round < session.images(40); round += 1) {
    for (const [index, [, command]] of cases.entries()) times[index]?.push(cpuTime(command));
  }
  const medians = times.map((each) => percentile(each, 0.5));
  head('start-up', 'processor time', 'times that of a bare Node');
  for (const [index, [what]] of cases.entries()) {
    const median = medians[index] ?? Number.NaN;
    row(what, ms(median, 0), (median / (medians[0] ?? Number.NaN)).toFixed(2));
  }
}

/** The milliseconds that Node spends on a command, whatever its exit status. */
function cpuTime(command: readonly string[]): number {
  const text = execFileSync('bash', ['-c', SCRIPT, 'bash', process.execPath, ...command], { encoding: 'utf8' });
  const [user, system] = text.trim().split(' ').map(Number);
  return 1000 * ((user ?? Number.NaN) + (system ?? Number.NaN));
}
