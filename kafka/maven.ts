import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { isProcessAlive } from '../src/base/process-alive.ts';
import { runToEnd } from './run-to-end.ts';
import { SetupError } from './setup-error.ts';

const UNFINISHED = '.unfinished-';

export interface Jars {
  /** What they are, for people: `Apache Kafka 4.1.1`. */
  readonly what: string;
  /** The file that lists them. */
  readonly pom: string;
  /** The folder that they are copied into. Its parent holds nothing but such folders. */
  readonly folder: string;
}

/**
 * Copies jars and all that they need into a folder, unless it exists. Downloads them with Maven on first use, after a notice;
 * safe in several processes at once. Throws a SetupError if the download fails.
 */
export async function downloadJars(jars: Jars, onNotice: (line: string) => void): Promise<void> {
  const { what, folder } = jars;
  if (existsSync(folder)) return;
  onNotice(`downloading ${what} with Maven into ${folder}, once`);
  const cache = path.dirname(folder);
  mkdirSync(cache, { recursive: true });
  removeLeftovers(cache);
  const unfinished = mkdtempSync(path.join(cache, `${UNFINISHED}${process.pid}-`));
  try {
    await downloadInto(unfinished, jars);
    renameSync(unfinished, folder);
  } catch (error) {
    // Another process may have finished first; its folder is the same.
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

async function downloadInto(folder: string, { what, pom }: Jars): Promise<void> {
  const copy = ['dependency:copy-dependencies', `-DoutputDirectory=${folder}`, '-DincludeScope=runtime'];
  const options = ['--batch-mode', '--quiet', '--strict-checksums', '-Dstyle.color=never', '--file', pom];
  const maven = await runToEnd('mvn', [...options, ...copy]);
  const failed = `cannot download ${what}`;
  if (maven === undefined)
    throw new SetupError(`${failed}: 'mvn' was not found: install Apache Maven (Debian: maven), then start again`);
  if (maven.status === 0) return;
  const [, reason] = /^\[ERROR\] (.+)$/m.exec(maven.output) ?? [];
  throw new SetupError(
    `${failed}: Maven failed with '${reason ?? `exit ${maven.status}`}': check that its repository is reachable, then start again`,
  );
}

/** Removes unfinished downloads of processes that have ended. */
function removeLeftovers(cache: string): void {
  for (const name of readdirSync(cache)) {
    if (name.startsWith(UNFINISHED) && !isProcessAlive(Number.parseInt(name.slice(UNFINISHED.length), 10)))
      rmSync(path.join(cache, name), { recursive: true, force: true });
  }
}
