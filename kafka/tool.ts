import { spawn } from 'node:child_process';
import path from 'node:path';
import { checkJava, javaProgram } from './java.ts';
import { fetchLibraries, KAFKA_VERSION } from './libraries.ts';
import { SetupError } from './setup-error.ts';

/** Kafka's own console tools, by the names that their scripts have in an installation of Kafka. */
const TOOLS: Readonly<Record<string, string>> = {
  topics: 'TopicCommand',
  'console-producer': 'ConsoleProducer',
  'console-consumer': 'consumer.ConsoleConsumer',
  'consumer-groups': 'consumer.group.ConsumerGroupCommand',
};

const complain = (line: string) => process.stderr.write(`${line}\n`);

const [name = '', ...args] = process.argv.slice(2);
try {
  process.exitCode = await run(name, args);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  complain(`kafka-tool: ${error.message}`);
  process.exitCode = 1;
}

async function run(tool: string, options: readonly string[]): Promise<number> {
  const program = TOOLS[tool];
  if (program === undefined) {
    complain(
      `usage: npm run kafka-tool -- <tool> [options]\nApache Kafka ${KAFKA_VERSION}; the tools: ${Object.keys(TOOLS).join(', ')}`,
    );
    return 2;
  }
  await checkJava();
  const libraries = await fetchLibraries(complain);
  const log = new URL('tool-log4j2.xml', import.meta.url).pathname;
  const java = ['-XX:TieredStopAtLevel=1', `-Dlog4j2.configurationFile=${log}`, '-cp', path.join(libraries, '*')];
  const child = spawn(javaProgram('java'), [...java, `org.apache.kafka.tools.${program}`, ...options], {
    stdio: 'inherit',
  });
  return new Promise((resolve) => child.once('close', (status) => resolve(status ?? 1)));
}
