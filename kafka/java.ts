import path from 'node:path';
import { runToEnd } from './run-to-end.ts';
import { SetupError } from './setup-error.ts';

/** Required by Apache Kafka 4. */
const MIN_VERSION = 17;

/** The path of a program of the JDK or JRE in JAVA_HOME, or its name if JAVA_HOME is not set. */
export function javaProgram(name: 'java' | 'keytool'): string {
  const home = process.env['JAVA_HOME'];
  return home === undefined || home === '' ? name : path.join(home, 'bin', name);
}

/** Throws a SetupError unless a Java is installed on which Kafka runs. */
export async function checkJava(): Promise<void> {
  const java = javaProgram('java');
  const remedy = `install Java ${MIN_VERSION} or newer (Debian: openjdk-17-jre-headless), or set JAVA_HOME`;
  const run = await runToEnd(java, ['-version']);
  if (run === undefined) throw new SetupError(`Apache Kafka needs Java, and '${java}' was not found: ${remedy}`);
  const [, version, major] = /version "((\d+)[^"]*)"/.exec(run.output) ?? [];
  if (version === undefined)
    throw new SetupError(`Apache Kafka needs Java, and '${java} -version' prints no version: ${remedy}`);
  if (Number(major) < MIN_VERSION)
    throw new SetupError(`Apache Kafka needs Java ${MIN_VERSION}, and '${java}' is Java ${version}: ${remedy}`);
}
