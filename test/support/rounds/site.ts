import { randomUUID } from 'node:crypto';
import { appendFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { openPipeline, type Pipeline } from '../../../src/app/pipeline.ts';
import { type Given, loadConfig } from '../../../src/config/load.ts';
import { type Running, start, startProgram } from '../imgpipe.ts';

/** The settings of a bus, as the environment gives them to a program; the embedded one needs none. */
export type BusSettings = Readonly<Record<string, string>>;

/** Where a round of faults takes place: a pipeline's folder, its bus, and a log of what each process says. */
export interface Site {
  readonly data: string;
  readonly bus: BusSettings;
  /** How many times as long things take as on the embedded bus. */
  readonly pace: number;
  /** Starts the real program here: its command and options. */
  start(...args: string[]): Running;
  /** Starts a program of test/programs/ here. */
  startProgram(file: string, ...args: string[]): Running;
  /** Opens the pipeline in this process. */
  open(settings?: Given): Promise<Pipeline>;
  /** Kills what is still at work. */
  close(): Promise<void>;
}

/** After how long a group gives up a member that was killed: a test needs not wait for long. */
const SESSION = '1s';
const KAFKA_PACE = 3;

/** A place in a folder that lasts as long as its round; its logs lie there too, numbered in the order of their start. */
export function createSite(folder: string, bus: BusSettings = {}): Site {
  const data = path.join(folder, 'data');
  const logs = path.join(folder, 'logs');
  const begin = performance.now();
  const started: Running[] = [];
  mkdirSync(logs, { recursive: true });

  function logged(name: string, running: Running): Running {
    started.push(running);
    const log = path.join(logs, `${String(started.length).padStart(2, '0')}-${name}.log`);
    const write = (text: string) => appendFileSync(log, `[${Math.round(performance.now() - begin)} ms] ${text}`);
    for (const output of [running.child.stdout, running.child.stderr]) output?.on('data', write);
    running.child.on('exit', (status, signal) => write(`ended with ${status ?? signal}\n`));
    return running;
  }

  return {
    data,
    bus,
    pace: bus['IMGPIPE_BROKER'] === undefined ? 1 : KAFKA_PACE,
    start: (...args) => logged(args[0] ?? '', start([...args, '--data', data], { env: bus })),
    startProgram: (file, ...args) => logged(args[0] ?? '', startProgram(file, [data, ...args], { env: bus })),
    open: (settings) => openAt(data, bus, settings),
    close: async () => {
      for (const { child } of started) child.kill('SIGKILL');
      await Promise.all(started.map(({ ended }) => ended));
    },
  };
}

/** Opens the pipeline of a folder and a bus in this process. */
export function openAt(data: string, bus: BusSettings, settings: Given = {}): Promise<Pipeline> {
  const config = loadConfig({ given: { ...settings, data }, givenAs: 'name', env: bus });
  return openPipeline({ config, command: 'test', create: true });
}

/** The settings of a bus of one's own on a Kafka cluster. */
export function kafkaBus(address: string, over: BusSettings = {}): BusSettings {
  return {
    IMGPIPE_BROKER: address,
    IMGPIPE_TOPIC_PREFIX: `round-${randomUUID()}.`,
    IMGPIPE_KAFKA_SESSION_TIMEOUT: SESSION,
    ...over,
  };
}
