import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkJava, javaProgram } from './java.ts';
import { downloadLibraries, KAFKA_VERSION } from './libraries.ts';
import { SetupError } from './setup-error.ts';

/** The classes of Kafka's console tools, by the names of their scripts: kafka-topics.sh is `topics`. */
const TOOLS: Readonly<Record<string, string>> = {
  topics: 'org.apache.kafka.tools.TopicCommand',
  configs: 'kafka.admin.ConfigCommand',
  'console-producer': 'org.apache.kafka.tools.ConsoleProducer',
  'console-consumer': 'org.apache.kafka.tools.consumer.ConsoleConsumer',
  'consumer-groups': 'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand',
};

const LOG4J = fileURLToPath(new URL('tool-log4j2.xml', import.meta.url));
const USAGE = `usage: npm run kafka-tool -- <tool> [options]
Tools of Apache Kafka ${KAFKA_VERSION}: ${Object.keys(TOOLS).join(', ')}. Each lists its options with --help.`;

const warn = (line: string) => process.stderr.write(`${line}\n`);

const [name = '', ...args] = process.argv.slice(2);
try {
  process.exitCode = await run(name, args);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  warn(`kafka-tool: ${error.message}`);
  process.exitCode = 1;
}

async function run(tool: string, options: readonly string[]): Promise<number> {
  const program = TOOLS[tool];
  if (program === undefined) {
    warn(USAGE);
    return 2;
  }
  await checkJava();
  const libraries = await downloadLibraries(warn);
  const fastStart = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'];
  const java = [...fastStart, `-Dlog4j2.configurationFile=${LOG4J}`, '-cp', path.join(libraries, '*')];
  const command = [...java, program, ...options];
  const child = spawn(javaProgram('java'), command, { stdio: 'inherit' });
  return new Promise((resolve) => child.once('close', (status) => resolve(status ?? 1)));
}
