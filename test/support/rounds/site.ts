import { randomUUID } from 'node:crypto';
import { appendFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { openPipeline, type Pipeline } from '../../../src/app/pipeline.ts';
import { type Given, loadConfig } from '../../../src/config/load.ts';
import { type Running, start, startProgram } from '../imgpipe.ts';

/** The settings of a bus, and of a catalog that is not in the data folder, as environment variables. */
export type BusSettings = Readonly<Record<string, string>>;

/** Where a round of faults takes place: a data folder, a bus, and a log of each process' output. */
export interface Site {
  readonly data: string;
  readonly bus: BusSettings;
  /** How much slower than the embedded bus this one is. */
  readonly pace: number;
  /** Starts imgpipe on this site with a command and its options. */
  start(...args: string[]): Running;
  /** Starts a program of test/programs/ on this site. */
  startProgram(file: string, ...args: string[]): Running;
  /** Opens the pipeline in this process. */
  open(settings?: Given): Promise<Pipeline>;
  /** A site beside this one, on the same bus, with a data folder, catalog and store of its own. */
  beside(name: string): Promise<Site>;
  /** Kills the processes that still run, here and beside. */
  close(): Promise<void>;
}

/** Short, so that tests do not wait long for the group to remove a killed member. */
const SESSION_TIMEOUT = '1s';
const KAFKA_PACE = 3;

/**
 * A site in a folder. The logs are numbered in the order in which the processes started. `newPlace` resolves with the settings
 * of another catalog and store, if they are on servers.
 */
export function createSite(
  folder: string,
  bus: BusSettings = {},
  newPlace = async (): Promise<BusSettings> => ({}),
): Site {
  const data = path.join(folder, 'data');
  const logs = path.join(folder, 'logs');
  const begin = performance.now();
  const started: Running[] = [];
  const besides: Site[] = [];
  let isClosed = false;
  mkdirSync(logs, { recursive: true });

  function logged(name: string, launch: () => Running): Running {
    // A round that was given up may still run.
    if (isClosed) throw new Error('the site is closed');
    const running = launch();
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
    start: (...args) => logged(args[0] ?? '', () => start([...args, '--data', data], { env: bus })),
    startProgram: (file, ...args) => logged(args[0] ?? '', () => startProgram(file, [data, ...args], { env: bus })),
    open: (settings) => openAt(data, bus, settings),
    beside: async (name) => {
      const site = createSite(path.join(folder, name), { ...bus, ...(await newPlace()) }, newPlace);
      besides.push(site);
      return site;
    },
    close: async () => {
      isClosed = true;
      for (const { child } of started) child.kill('SIGKILL');
      await Promise.all([...started.map(({ ended }) => ended), ...besides.map((site) => site.close())]);
    },
  };
}

/** Opens the pipeline of a data folder and bus in this process. */
export function openAt(data: string, bus: BusSettings, settings: Given = {}): Promise<Pipeline> {
  const config = loadConfig({ given: { ...settings, data }, givenAs: 'name', env: bus });
  return openPipeline({ config, command: 'test', access: 'create' });
}

/** The settings of a new bus, with its own prefix, on a Kafka cluster. */
export function kafkaBus(address: string, over: BusSettings = {}): BusSettings {
  return {
    IMGPIPE_BROKER: address,
    IMGPIPE_TOPIC_PREFIX: `round-${randomUUID()}.`,
    IMGPIPE_KAFKA_SESSION_TIMEOUT: SESSION_TIMEOUT,
    ...over,
  };
}
