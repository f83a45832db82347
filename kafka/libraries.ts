import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { sha256Of } from '../src/base/digest.ts';
import { isProcessAlive } from '../src/base/process-alive.ts';
import { runToEnd } from './run-to-end.ts';
import { SetupError } from './setup-error.ts';

const POM = fileURLToPath(new URL('pom.xml', import.meta.url));
const pom = readFileSync(POM, 'utf8');

/** The version of Apache Kafka that is run. */
export const KAFKA_VERSION = /kafka_2\.13<\/artifactId>\s*<version>([^<]+)</.exec(pom)?.[1] ?? 'of unknown version';

const CACHE = fileURLToPath(new URL('lib', import.meta.url));
const UNFINISHED = '.unfinished-';

/**
 * The folder of Kafka's jars. The first call ever has Maven fetch them, and says so in a line; several processes may do
 * that at once. Throws a SetupError where they cannot be had.
 */
export async function fetchLibraries(onNotice: (line: string) => void, cache = CACHE): Promise<string> {
  const digest = sha256Of(pom).slice(0, 8);
  const folder = path.join(cache, `${KAFKA_VERSION}-${digest}`);
  if (existsSync(folder)) return folder;

  onNotice(`fetching Apache Kafka ${KAFKA_VERSION} with Maven into ${folder}, once`);
  mkdirSync(cache, { recursive: true });
  sweep(cache);
  const unfinished = mkdtempSync(path.join(cache, `${UNFINISHED}${process.pid}-`));
  try {
    await fetchInto(unfinished);
    renameSync(unfinished, folder);
  } catch (error) {
    // Where another process was as quick, its folder is as good.
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return folder;
}

async function fetchInto(folder: string): Promise<void> {
  const copy = ['dependency:copy-dependencies', `-DoutputDirectory=${folder}`, '-DincludeScope=runtime'];
  const maven = await runToEnd('mvn', ['--batch-mode', '--quiet', '-Dstyle.color=never', '--file', POM, ...copy]);
  const what = `Apache Kafka ${KAFKA_VERSION} cannot be fetched`;
  if (maven === undefined)
    throw new SetupError(`${what}: there is no 'mvn' here: install Apache Maven (Debian: maven), and start again`);
  if (maven.status === 0) return;
  const [, reason] = /^\[ERROR\] (.+)$/m.exec(maven.output) ?? [];
  throw new SetupError(
    `${what}: Maven says '${reason ?? `exit ${maven.status}`}': see that its repository can be reached, and start again`,
  );
}

/** Removes what processes that were killed have left. */
function sweep(cache: string): void {
  for (const name of readdirSync(cache)) {
    if (name.startsWith(UNFINISHED) && !isProcessAlive(Number.parseInt(name.slice(UNFINISHED.length), 10)))
      rmSync(path.join(cache, name), { recursive: true, force: true });
  }
}
