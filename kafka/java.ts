import path from 'node:path';
import { runToEnd } from './run-to-end.ts';
import { SetupError } from './setup-error.ts';

/** What Apache Kafka 4 asks for. */
const OLDEST = 17;

/** A program of the Java that JAVA_HOME names, or else of the path's. */
export function javaProgram(name: 'java' | 'keytool'): string {
  const home = process.env['JAVA_HOME'];
  return home === undefined || home === '' ? name : path.join(home, 'bin', name);
}

/** Sees that there is a Java that Kafka can run on; throws a SetupError where there is none. */
export async function checkJava(): Promise<void> {
  const java = javaProgram('java');
  const remedy = `install Java ${OLDEST} or newer (Debian: openjdk-17-jre-headless), or let JAVA_HOME name one`;
  const answer = await runToEnd(java, ['-version']);
  if (answer === undefined) throw new SetupError(`Apache Kafka needs Java, and there is no '${java}' here: ${remedy}`);
  const [, version, major] = /version "((\d+)[^"]*)"/.exec(answer.output) ?? [];
  if (version === undefined)
    throw new SetupError(`Apache Kafka needs Java, and '${java}' does not say its version: ${remedy}`);
  if (Number(major) < OLDEST)
    throw new SetupError(`Apache Kafka needs Java ${OLDEST}, and '${java}' is Java ${version}: ${remedy}`);
}
