import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { sha256Of } from '../src/base/digest.ts';
import { isProcessAlive } from '../src/base/process-alive.ts';
import { runToEnd } from './run-to-end.ts';
import { SetupError } from './setup-error.ts';

const POM = fileURLToPath(new URL('pom.xml', import.meta.url));
const pom = readFileSync(POM, 'utf8');

/** The version of Apache Kafka in pom.xml. */
export const KAFKA_VERSION = /kafka_2\.13<\/artifactId>\s*<version>([^<]+)</.exec(pom)?.[1] ?? 'unknown';

const CACHE = fileURLToPath(new URL('lib', import.meta.url));
const UNFINISHED = '.unfinished-';

/**
 * The folder of Kafka's jars. Downloads them with Maven on first use, after a notice; safe in several processes at once.
 * Throws a SetupError if the download fails.
 */
export async function downloadLibraries(onNotice: (line: string) => void, cache = CACHE): Promise<string> {
  const digest = sha256Of(pom).slice(0, 8);
  const folder = path.join(cache, `${KAFKA_VERSION}-${digest}`);
  if (existsSync(folder)) return folder;

  onNotice(`downloading Apache Kafka ${KAFKA_VERSION} with Maven into ${folder}, once`);
  mkdirSync(cache, { recursive: true });
  removeLeftovers(cache);
  const unfinished = mkdtempSync(path.join(cache, `${UNFINISHED}${process.pid}-`));
  try {
    await downloadInto(unfinished);
    renameSync(unfinished, folder);
  } catch (error) {
    // Another process may have finished first; its folder is the same.
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return folder;
}

async function downloadInto(folder: string): Promise<void> {
  const copy = ['dependency:copy-dependencies', `-DoutputDirectory=${folder}`, '-DincludeScope=runtime'];
  const maven = await runToEnd('mvn', ['--batch-mode', '--quiet', '-Dstyle.color=never', '--file', POM, ...copy]);
  const what = `cannot download Apache Kafka ${KAFKA_VERSION}`;
  if (maven === undefined)
    throw new SetupError(`${what}: 'mvn' was not found: install Apache Maven (Debian: maven), then start again`);
  if (maven.status === 0) return;
  const [, reason] = /^\[ERROR\] (.+)$/m.exec(maven.output) ?? [];
  throw new SetupError(
    `${what}: Maven failed with '${reason ?? `exit ${maven.status}`}': check that its repository is reachable, then start again`,
  );
}

/** Removes unfinished downloads of processes that have ended. */
function removeLeftovers(cache: string): void {
  for (const name of readdirSync(cache)) {
    if (name.startsWith(UNFINISHED) && !isProcessAlive(Number.parseInt(name.slice(UNFINISHED.length), 10)))
      rmSync(path.join(cache, name), { recursive: true, force: true });
  }
}
