import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { spawnToDieWithParent } from '../../../kafka/die-with-parent.ts';
import { checkJava, javaProgram } from '../../../kafka/java.ts';
import { downloadJars } from '../../../kafka/maven.ts';
import { freePorts } from '../../../kafka/ports.ts';
import { sha256Of } from '../../../src/base/digest.ts';
import { ROOT } from '../imgpipe.ts';

export interface S3Server {
  readonly port: number;
  /** The folder of its buckets. */
  readonly data: string;
  start(): Promise<void>;
  kill(): Promise<void>;
  /** Kills it and removes its data. */
  close(): Promise<void>;
}

/** The key of its only user. */
export const ACCESS_KEY = 'test-identity';
export const SECRET_KEY = 'test-credential';

const POM = fileURLToPath(new URL('pom.xml', import.meta.url));
const LOGBACK = fileURLToPath(new URL('logback.xml', import.meta.url));

/** Downloads S3Proxy, once. Resolves with the folder of its jars. Throws if it or a Java cannot be had. */
export async function fetchS3Server(): Promise<string> {
  await checkJava();
  const digest = sha256Of(readFileSync(POM)).slice(0, 8);
  const folder = path.join(ROOT, 'node_modules/.cache/imgpipe/jars', `s3proxy-${digest}`);
  await downloadJars({ what: 'S3Proxy', pom: POM, folder }, (line) => process.stderr.write(`${line}\n`));
  return folder;
}

/** Starts an S3 server for a test on a free port of 127.0.0.1, with a temporary folder. It never outlives this process. */
export async function startS3Server(): Promise<S3Server> {
  const jars = await fetchS3Server();
  const folder = mkdtempSync(path.join(tmpdir(), 'imgpipe-s3-'));
  const data = path.join(folder, 'data');
  mkdirSync(data);
  const [port = 0] = await freePorts(1);
  const properties = path.join(folder, 's3proxy.conf');
  const settings = {
    's3proxy.authorization': 'aws-v2-or-v4',
    's3proxy.identity': ACCESS_KEY,
    's3proxy.credential': SECRET_KEY,
    's3proxy.endpoint': `http://127.0.0.1:${port}`,
    'jclouds.provider': 'filesystem-nio2',
    'jclouds.filesystem.basedir': data,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(properties, lines.join(''));
  const java = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xmx256m', `-Dlogback.configurationFile=${LOGBACK}`];
  const program = ['-cp', path.join(jars, '*'), 'org.gaul.s3proxy.Main', '--properties', properties];
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    removeUnfinished(data);
    const started = spawnToDieWithParent(javaProgram('java'), [...java, ...program]);
    child = started;
    const printed: string[] = [];
    await new Promise<void>((resolve, reject) => {
      for (const stream of [started.stdout, started.stderr]) {
        if (stream === null) continue;
        createInterface(stream).on('line', (line) => {
          if (printed.length < 20) printed.push(line);
          if (line.includes(`Started`) && line.includes(`:${port}}`)) resolve();
        });
      }
      started.once('exit', () => reject(new Error(`S3Proxy has ended: ${printed.join('\n')}`)));
    });
  }

  async function kill(): Promise<void> {
    const running = child;
    child = undefined;
    if (running === undefined || running.exitCode !== null) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGKILL');
    await ended;
  }

  const server: S3Server = {
    port,
    data,
    start,
    kill,
    close: async () => {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await start();
  return server;
}

/** Removes what a killed server has left of objects that it was writing, and would list. S3 has no such files. */
function removeUnfinished(data: string): void {
  for (const entry of readdirSync(data, { recursive: true, withFileTypes: true })) {
    const isUnfinished = /-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(entry.name);
    if (entry.isFile() && isUnfinished) rmSync(path.join(entry.parentPath, entry.name), { force: true });
  }
}
