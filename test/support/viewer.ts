import net from 'node:net';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { type Running, start } from './imgpipe.ts';

/** The real `imgpipe serve`, until the test has finished. */
export interface Viewer {
  readonly url: string;
  readonly port: number;
  readonly running: Running;
  /** Asks for a path, without following where it leads. */
  get(path: string, init?: RequestInit): Promise<Response>;
  json<T>(path: string, init?: RequestInit): Promise<T>;
  /** Sends bytes as they are; what comes back until the server ends the connection. */
  raw(request: string): Promise<string>;
}

export async function startViewer(folder: string, ...args: readonly string[]): Promise<Viewer> {
  const running = start(['serve', '--port', '0', '--data', folder, ...args]);
  onTestFinished(async () => {
    running.child.kill('SIGKILL');
    await running.ended;
  });
  return viewerOf(running);
}

/** One for all tests of a file, which change nothing in its folder; it is there once they run. */
export function lastingViewer(folder: string): { readonly viewer: Viewer } {
  let viewer: Viewer | undefined;
  beforeAll(async () => {
    viewer = await viewerOf(start(['serve', '--port', '0', '--data', folder]));
  });
  afterAll(async () => {
    viewer?.running.child.kill('SIGKILL');
    await viewer?.running.ended;
  });
  return {
    get viewer() {
      if (viewer === undefined) throw new Error('the viewer has not started');
      return viewer;
    },
  };
}

export async function viewerOf(running: Running): Promise<Viewer> {
  await running.until(/^http:\S+\n/m);
  const [, address = ''] = /^(http:\S+)$/m.exec(running.stdout()) ?? [];
  const port = Number(new URL(address).port);
  const url = `http://127.0.0.1:${port}`;
  const get = (path: string, init?: RequestInit) => fetch(url + path, { redirect: 'manual', ...init });
  return {
    url,
    port,
    running,
    get,
    json: async <T>(path: string, init?: RequestInit) => (await (await get(path, init)).json()) as T,
    raw: (request) => raw(port, request),
  };
}

function raw(port: number, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write(request));
    let answer = '';
    socket.setEncoding('latin1').on('data', (text: string) => {
      answer += text;
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', (error) => (answer === '' ? reject(error) : resolve(answer)));
  });
}
