import { type ChildProcess, execFile } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { spawnToDieWithParent } from '../../../kafka/die-with-parent.ts';
import { freePorts } from '../../../kafka/ports.ts';
import { unpackPostgres } from './binaries.ts';

export interface PostgresServer {
  readonly port: number;
  start(): Promise<void>;
  /** Ends its sessions and stops it. */
  stop(): Promise<void>;
  kill(): Promise<void>;
  /** Kills it and removes its data. */
  close(): Promise<void>;
}

export const SUPERUSER = 'postgres';

/** PostgreSQL does not run as root. */
export const NOBODY = 65_534;

/** Starts PostgreSQL for a test on a free port of 127.0.0.1, with a temporary data folder. It never outlives this process. */
export async function startPostgres(settings: Readonly<Record<string, string>> = {}): Promise<PostgresServer> {
  const folder = mkdtempSync(path.join(tmpdir(), 'imgpipe-postgres-'));
  const data = path.join(folder, 'data');
  mkdirSync(data, { mode: 0o700 });
  const isRoot = process.getuid?.() === 0;
  if (isRoot) for (const each of [folder, data]) chownSync(each, NOBODY, NOBODY);
  chmodSync(folder, 0o755);
  const programs = await unpackPostgres(folder);
  const as = isRoot ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'] : ['env'];
  const run = ([program = '', ...args]: readonly string[]) => promisify(execFile)(program, args, { cwd: folder });
  const init = [
    '-D',
    data,
    '-U',
    SUPERUSER,
    '-A',
    'trust',
    '-E',
    'UTF8',
    '--locale=C',
    '--no-sync',
    '--no-instructions',
  ];
  await run([...as, path.join(programs, 'initdb'), ...init]);
  const [port = 0] = await freePorts(1);
  const options = { fsync: 'off', max_connections: '200', ...settings };
  const args = Object.entries(options).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    const [program = '', ...before] = as;
    const place = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', ''];
    const started = spawnToDieWithParent(program, [...before, path.join(programs, 'postgres'), ...place, ...args]);
    child = started;
    const lines: string[] = [];
    await new Promise<void>((resolve, reject) => {
      for (const stream of [started.stdout, started.stderr]) {
        if (stream === null) continue;
        createInterface(stream).on('line', (line) => {
          lines.push(line);
          if (line.includes('database system is ready to accept connections')) resolve();
        });
      }
      started.once('exit', () => reject(new Error(`PostgreSQL has ended: ${lines.slice(-5).join('\n')}`)));
    });
  }

  async function end(signal: 'SIGINT' | 'SIGKILL'): Promise<void> {
    const running = child;
    child = undefined;
    if (running === undefined || running.exitCode !== null) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill(signal);
    await ended;
  }

  const server: PostgresServer = {
    port,
    start,
    // A fast shutdown.
    stop: () => end('SIGINT'),
    kill: () => end('SIGKILL'),
    close: async () => {
      await end('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await start();
  return server;
}
