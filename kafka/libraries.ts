import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { sha256Of } from '../src/base/digest.ts';
import { downloadJars } from './maven.ts';

const POM = fileURLToPath(new URL('pom.xml', import.meta.url));
const pom = readFileSync(POM, 'utf8');

/** The version of Apache Kafka in pom.xml. */
export const KAFKA_VERSION = /kafka_2\.13<\/artifactId>\s*<version>([^<]+)</.exec(pom)?.[1] ?? 'unknown';

const CACHE = fileURLToPath(new URL('lib', import.meta.url));

/**
 * The folder of Kafka's jars. Downloads them with Maven on first use, after a notice; safe in several processes at once.
 * Throws a SetupError if the download fails.
 */
export async function downloadLibraries(onNotice: (line: string) => void, cache = CACHE): Promise<string> {
  const digest = sha256Of(pom).slice(0, 8);
  const folder = path.join(cache, `${KAFKA_VERSION}-${digest}`);
  await downloadJars({ what: `Apache Kafka ${KAFKA_VERSION}`, pom: POM, folder }, onNotice);
  return folder;
}
