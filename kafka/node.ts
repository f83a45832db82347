import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { spawnToDieWithParent } from './die-with-parent.ts';
import { javaProgram } from './java.ts';
import { runToEnd } from './run-to-end.ts';
import { type Properties, propertiesText } from './server-properties.ts';
import { SetupError } from './setup-error.ts';

const LOG4J = fileURLToPath(new URL('log4j2.xml', import.meta.url));
const READY = /Kafka Server started$/;
const MAX_KEPT_LINES = 50;

export interface NodeOptions {
  /** The folder of Kafka's jars. */
  readonly libraries: string;
  /** Holds this node's server.properties and log folder. */
  readonly folder: string;
  readonly properties: Properties;
  readonly jvm: readonly string[];
  /** Further arguments of `StorageTool format`. */
  readonly format: readonly string[];
  /** Receives each warning and error that Kafka logs. */
  readonly onLine: (line: string) => void;
}

/** A node of a cluster. After it has ended it can be started again with the same ports and data. */
export interface Node {
  /** Resolves once it serves clients. In a cluster that needs a majority of nodes, so start them together. */
  start(): Promise<void>;
  /** Shuts it down cleanly (SIGTERM). */
  stop(): Promise<void>;
  /** Kills it (SIGKILL). */
  kill(): Promise<void>;
  /** Suspends its process (SIGSTOP) until `thaw`. */
  freeze(): void;
  thaw(): void;
  /** Resolves once the running process has ended, for whatever reason. */
  ended(): Promise<void>;
}

interface Run {
  readonly child: ChildProcess;
  readonly ended: Promise<void>;
  readonly lines: string[];
}

export function createNode({ libraries, folder, properties, jvm, format, onLine }: NodeOptions): Node {
  const config = path.join(folder, 'server.properties');
  const classPath = ['-cp', path.join(libraries, '*')];
  let run: Run | undefined;
  let stopped = false;

  function prepareFolder(log: string): void {
    try {
      mkdirSync(log, { recursive: true });
      writeFileSync(config, propertiesText({ ...properties, 'log.dirs': log }));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new SetupError(
        `${folder} cannot be written (${code}): grant this user permission, or choose another folder`,
      );
    }
  }

  async function formatStorage(log: string): Promise<void> {
    // StorageTool writes this file last.
    if (existsSync(path.join(log, 'meta.properties'))) return;
    const command = [...classPath, '-XX:TieredStopAtLevel=1', 'kafka.tools.StorageTool', 'format', '-c', config];
    const end = await runToEnd(javaProgram('java'), [...command, ...format]);
    if (end?.status !== 0)
      throw new SetupError(`cannot format ${log} for Apache Kafka: ${cause(end?.output.split('\n'))}`);
  }

  async function launch(): Promise<void> {
    const command = [...jvm, `-Dlog4j2.configurationFile=${LOG4J}`, ...classPath, 'kafka.Kafka', config];
    const child = spawnToDieWithParent(javaProgram('java'), command);
    const lines: string[] = [];
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
    const own: Run = { child, ended, lines };
    run = own;
    void ended.then(() => {
      if (run === own) run = undefined;
    });
    const ready = new Promise<void>((resolve) => {
      for (const stream of [child.stdout, child.stderr]) {
        if (stream === null) continue;
        createInterface(stream).on('line', (line) => {
          if (READY.test(line.trim())) return resolve();
          if (line.trim() === '' || / INFO /.test(line)) return;
          lines.push(line.trim());
          lines.splice(0, lines.length - MAX_KEPT_LINES);
          onLine(line.trim());
        });
      }
    });
    const outcome = await Promise.race([ready.then(() => 'ready'), ended.then(() => 'ended')]);
    if (outcome === 'ended' && !stopped)
      throw new SetupError(`Apache Kafka stopped before it was ready: ${cause(lines)}`);
  }

  async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    stopped = true;
    run?.child.kill(signal);
    await run?.ended;
  }

  return {
    start: async () => {
      if (run !== undefined) return;
      stopped = false;
      const log = path.join(folder, 'log');
      prepareFolder(log);
      await formatStorage(log);
      if (!stopped) await launch();
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    freeze: () => void run?.child.kill('SIGSTOP'),
    thaw: () => void run?.child.kill('SIGCONT'),
    ended: async () => run?.ended,
  };
}

/** The line that explains best why Kafka stopped: its first error, or else its last line. */
function cause(lines: readonly string[] = []): string {
  const printed = lines.filter((line) => line.trim() !== '');
  const error = printed.find((line) => / (ERROR|FATAL) |Exception|^Error/.test(line));
  const line = error ?? printed.at(-1) ?? 'it printed nothing';
  return line.replace(/^[\d:]+ [A-Z]+ \S+: /, '');
}
