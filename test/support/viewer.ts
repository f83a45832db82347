import net from 'node:net';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { type Running, start } from './imgpipe.ts';

/** A running `imgpipe serve`. */
export interface Viewer {
  readonly url: string;
  readonly port: number;
  readonly running: Running;
  /** Requests a path without following redirects. */
  get(path: string, init?: RequestInit): Promise<Response>;
  json<T>(path: string, init?: RequestInit): Promise<T>;
  /** Sends raw bytes. Resolves with the response once the server closes the connection. */
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

/** A viewer for all tests of a file, which must not change its folder. Available once tests run. */
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
    let response = '';
    socket.setEncoding('latin1').on('data', (text: string) => {
      response += text;
    });
    socket.on('close', () => resolve(response));
    socket.on('error', (error) => (response === '' ? reject(error) : resolve(response)));
  });
}
