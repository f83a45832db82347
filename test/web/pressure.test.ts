import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { imgpipe } from '../support/imgpipe.ts';
import { lastingFolder } from '../support/temporary-folder.ts';
import { startViewer } from '../support/viewer.ts';

const data = lastingFolder();
beforeAll(() => imgpipe(['run', '--count', '8', '--data', data]));

function connect(port: number): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => resolve(socket));
    socket.once('error', reject);
  });
}

const ended = (socket: net.Socket) =>
  new Promise<void>((resolve) => {
    socket.on('error', () => {});
    socket.once('close', () => resolve());
    socket.resume();
  });

describe('a viewer under load', () => {
  test('handles a thousand connections at once', async () => {
    const viewer = await startViewer(data);
    const statuses = await Promise.all(
      Array.from({ length: 1000 }, async (_, index) => {
        const page = ['/', '/alerts/1', '/alerts/2/image', '/alerts/1/difference/thumbnail'][index % 4] ?? '/';
        const answer = await viewer.raw(`GET ${page} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
        return answer.slice(9, 12);
      }),
    );
    expect(new Set(statuses)).toEqual(new Set(['200']));
  });

  test('keeps serving while a thousand clients follow new alerts', async () => {
    const viewer = await startViewer(data);
    const sockets = await Promise.all(Array.from({ length: 1000 }, () => connect(viewer.port)));
    for (const socket of sockets) socket.write('GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const answers = sockets.map(
      (socket) =>
        new Promise((resolve, reject) => {
          socket.once('data', resolve);
          socket.once('close', () => reject(new Error('a connection was closed without an answer')));
        }),
    );
    await Promise.all(answers);
    expect((await viewer.get('/alerts/1')).status).toBe(200);
    const one = await viewer.get('/live');
    expect(one.status).toBe(503);
    for (const socket of sockets) socket.destroy();
    // Wait until the server has noticed the closed connections.
    for (let tries = 0; tries < 100; tries += 1) {
      const cut = new AbortController();
      const { status } = await viewer.get('/live', { signal: cut.signal });
      cut.abort();
      if (status === 200) return;
      await sleep(50);
    }
    expect.fail('the closed connections still count');
  });

  test('closes connections that send slowly, and serves the others meanwhile', async () => {
    const viewer = await startViewer(data);
    const slow = await Promise.all(Array.from({ length: 50 }, () => connect(viewer.port)));
    for (const socket of slow) socket.write('GET / HTTP/1.1\r\nHost: local');
    expect((await viewer.get('/')).status).toBe(200);
    const gone = Promise.all(slow.map(ended));
    expect(await Promise.race([gone.then(() => 'gone'), sleep(20_000, 'still there', { ref: false })])).toBe('gone');
  });
});
