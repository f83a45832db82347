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
const KEPT_LINES = 50;

export interface NodeOptions {
  /** The folder of Kafka's jars. */
  readonly libraries: string;
  /** What belongs to this node alone: server.properties, and the folder of its log beside it. */
  readonly folder: string;
  readonly properties: Properties;
  readonly jvm: readonly string[];
  /** What storage is formatted with, beyond its file of properties. */
  readonly format: readonly string[];
  /** Told each line that Kafka prints: its warnings and errors. */
  readonly onLine: (line: string) => void;
}

/** A node of a cluster. It can be started again after it ended, on the same ports and what lies in its folder. */
export interface Node {
  /** Answers once it serves clients. In a cluster that is when enough of the others are up, so start them together. */
  start(): Promise<void>;
  /** Ends it in an orderly way. */
  stop(): Promise<void>;
  /** Ends it as `kill -9` does. */
  kill(): Promise<void>;
  /** Stops its process where it stands, until `thaw`. */
  freeze(): void;
  thaw(): void;
  /** Answers when the process at work ends, by itself or not. */
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

  async function formatStorage(log: string): Promise<void> {
    // Formatting writes this file last.
    if (existsSync(path.join(log, 'meta.properties'))) return;
    const command = [...classPath, '-XX:TieredStopAtLevel=1', 'kafka.tools.StorageTool', 'format', '-c', config];
    const end = await runToEnd(javaProgram('java'), [...command, ...format]);
    if (end?.status !== 0)
      throw new SetupError(`the folder ${log} cannot be formatted for Apache Kafka: ${cause(end?.output.split('\n'))}`);
  }

  async function launch(): Promise<void> {
    const command = [...jvm, `-Dlog4j2.configurationFile=${LOG4J}`, ...classPath, 'kafka.Kafka', config];
    const child = spawnToDieWithParent(javaProgram('java'), command);
    const lines: string[] = [];
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
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
          lines.splice(0, lines.length - KEPT_LINES);
          onLine(line.trim());
        });
      }
    });
    const outcome = await Promise.race([ready.then(() => 'ready'), ended.then(() => 'ended')]);
    if (outcome === 'ended' && !stopped) throw new SetupError(`Apache Kafka ended before it was up: ${cause(lines)}`);
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
      const log = properties['log.dirs'] ?? '';
      mkdirSync(log, { recursive: true });
      writeFileSync(config, propertiesText(properties));
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

/** The line that says best why Kafka ended: its first error, or else its last words. */
function cause(lines: readonly string[] = []): string {
  const told = lines.filter((line) => line.trim() !== '');
  const line = told.find((each) => / (ERROR|FATAL) |Exception|^Error/.test(each)) ?? told.at(-1) ?? 'it says nothing';
  return line.replace(/^[\d:]+ [A-Z]+ \S+: /, '');
}
