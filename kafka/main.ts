import path from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { createLocks } from '../src/adapters/sqlite/locks.ts';
import { listenForInterrupts } from '../src/cli/interrupt.ts';
import { ImgpipeError } from '../src/domain/errors.ts';
import { createCluster } from './cluster.ts';
import { KAFKA_VERSION } from './libraries.ts';
import { portProblem } from './ports.ts';
import { SetupError } from './setup-error.ts';

/** Runs a single Apache Kafka broker in the foreground, for development without Docker. */
const say = (line: string) => process.stdout.write(`${line}\n`);
const warn = (line: string) => process.stderr.write(`${line}\n`);

await new Command('npm run kafka --')
  .description(
    `Runs Apache Kafka ${KAFKA_VERSION} on this machine until Ctrl-C. Requires Java 17, and Maven on first use.`,
  )
  .option('--port <number>', 'port of 127.0.0.1 to listen on', portOf, 9092)
  .option('--data <folder>', 'folder for its topics', 'kafka-data')
  .helpOption('-h, --help', 'show this help')
  .addHelpText('after', '\nExample:\n  $ npm run kafka -- --port 19092 --data /tmp/kafka-data')
  .action(async ({ port, data }: { port: number; data: string }) => {
    try {
      await serve(port, path.resolve(data));
    } catch (error) {
      if (!(error instanceof SetupError || error instanceof ImgpipeError)) throw error;
      warn(`kafka: ${error.message}`);
      process.exitCode = 1;
    }
  })
  .parseAsync();

async function serve(port: number, folder: string): Promise<void> {
  const locks = createLocks(path.join(folder, 'locks'));
  try {
    const lock = await locks.lock('kafka', `process ${process.pid}`);
    if ('holder' in lock)
      throw new SetupError(
        `${folder} is in use by ${lock.holder}: stop that process first, or choose another with --data`,
      );
    await checkPort(port);
    await serveUntilStopped(port, folder);
  } finally {
    locks.releaseAll();
  }
}

async function serveUntilStopped(port: number, folder: string): Promise<void> {
  let running = false;
  // Log lines are shown only while it runs: a failed start is one SetupError, and a stop logs only noise.
  const onLine = (line: string) => void (running && warn(line));
  const [node] = await createCluster({ folder, port, onNotice: warn, onLine });
  if (node === undefined) throw new Error('a cluster without nodes');
  const interrupt = listenForInterrupts(() => {
    running = false;
    say('stopping');
    void node.stop();
  });
  process.once('SIGHUP', () => process.kill(process.pid, 'SIGTERM'));
  await node.start();
  running = true;
  if (interrupt.signal.aborted) return;
  say(`Apache Kafka ${KAFKA_VERSION} on ${node.address}, data in ${folder}; Ctrl-C stops it.`);
  say(`In each terminal of imgpipe:  export IMGPIPE_BROKER=kafka://${node.address}`);
  await node.ended();
  if (!interrupt.signal.aborted) throw new SetupError('Apache Kafka stopped unexpectedly: see the lines above');
}

/** Checked here because Kafka's own error takes twenty lines. */
async function checkPort(port: number): Promise<void> {
  const problem = await portProblem(port);
  if (problem === undefined) return;
  const what = problem === 'EADDRINUSE' ? 'is in use (EADDRINUSE)' : `cannot be used (${problem})`;
  throw new SetupError(
    `port ${port} of 127.0.0.1 ${what}: stop the program that listens there, or choose another with --port`,
  );
}

function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535)
    throw new InvalidArgumentError('It must be a number from 1 to 65535.');
  return port;
}
