import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawnToDieWithParent } from '../kafka/die-with-parent.ts';
import { freePorts } from '../kafka/ports.ts';
import { ACCESS_KEY, type S3Server, SECRET_KEY, startS3Server } from '../test/support/s3/s3-server.ts';

/** An S3 server for a bench, and its name. */
export interface Gateway extends Pick<S3Server, 'port' | 'data' | 'close'> {
  readonly name: string;
}

const PROGRAM = 'versitygw';
const TRIES = 100;
const PAUSE_MS = 100;

/**
 * Starts versitygw, if it is installed (`go install github.com/versity/versitygw/cmd/versitygw@latest`), or else the S3Proxy of
 * the tests, which puts a third as many objects a second.
 */
export async function startGateway(): Promise<Gateway> {
  return isInstalled() ? startVersity() : { ...(await startS3Server()), name: 'S3Proxy' };
}

function isInstalled(): boolean {
  try {
    execFileSync(PROGRAM, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

async function startVersity(): Promise<Gateway> {
  const folder = mkdtempSync(path.join(tmpdir(), 'imgpipe-s3-'));
  const data = path.join(folder, 'data');
  mkdirSync(data);
  const [port = 0] = await freePorts(1);
  const user = [`ROOT_ACCESS_KEY=${ACCESS_KEY}`, `ROOT_SECRET_KEY=${SECRET_KEY}`];
  const args = ['--port', `127.0.0.1:${port}`, '--keep-alive', '--quiet', 'posix', data];
  const child = spawnToDieWithParent('env', [...user, PROGRAM, ...args]);
  child.stdout?.resume();
  child.stderr?.resume();
  const ended = new Promise((resolve) => child.once('exit', resolve));
  for (let tries = 1; !(await listens(port)); tries += 1) {
    if (tries === TRIES || child.exitCode !== null) throw new Error(`${PROGRAM} does not start`);
    await sleep(PAUSE_MS);
  }
  return {
    name: PROGRAM,
    port,
    data,
    close: async () => {
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
