import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { freePorts } from '../../kafka/ports.ts';
import { sha256Of } from '../../src/base/digest.ts';
import { imgpipe, start } from '../support/imgpipe.ts';
import { lastingFolder, temporaryFolder } from '../support/temporary-folder.ts';
import { lastingViewer, startViewer } from '../support/viewer.ts';

/** A pipeline of eight images with two alerts, copied by those who change it. */
const prepared = lastingFolder();
beforeAll(() => imgpipe(['run', '--count', '8', '--data', prepared]));
const lasting = lastingViewer(prepared);

function copy(): string {
  const data = path.join(temporaryFolder(), 'data');
  cpSync(prepared, data, { recursive: true });
  return data;
}

describe('imgpipe serve', () => {
  test('shows an alert by its number, as the reference does and at an address of its own', async () => {
    const { viewer } = lasting;
    for (const page of ['/?alert_num=2', '/alerts/2']) {
      const response = await viewer.get(page);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('text/html; charset=UTF-8');
      const html = await response.text();
      for (const label of ['Previous Image', 'Image', 'Difference Image']) expect(html).toContain(label);
      expect(html).toContain('/alerts/2/difference?v=');
    }
  });

  test.each([
    ['/?alert_num=0', 400, 'Alert number: &quot;0&quot; will not do: give a positive whole number, such as 1.'],
    ['/?alert_num=one', 400, 'give a positive whole number'],
    ['/?alert_num=', 400, 'give a positive whole number'],
    ['/?alert_num=3', 404, 'There is no alert 3: there are 1 to 2.'],
    ['/alerts/99999999999999', 404, 'there are 1 to 2'],
    ['/alerts/-1', 400, 'give a positive whole number'],
    ['/streams/garden', 404, 'There is no stream garden: there are default.'],
    ['/nowhere', 404, 'There is no page /nowhere.'],
    ['/?from=yesterday', 400, 'give a day or a time in UTC'],
  ])('answers %s with %i, in words', async (page, status, words) => {
    const response = await lasting.viewer.get(page);
    expect(response.status).toBe(status);
    expect(await response.text()).toContain(words);
  });

  test('serves the pictures byte for byte, to be kept for good under their own address alone', async () => {
    const { viewer } = lasting;
    const files = {
      reference: 'image_database/00002.jpg',
      image: 'image_database/00003.jpg',
      difference: 'image_event_database/image_event_001.jpg',
    };
    for (const [role, file] of Object.entries(files)) {
      const bytes = readFileSync(path.join(prepared, file));
      const version = sha256Of(bytes).slice(0, 16);
      const response = await viewer.get(`/alerts/1/${role}?v=${version}`);
      expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'content-type': 'image/jpeg',
        'content-length': String(bytes.length),
        'cache-control': 'private, max-age=31536000, immutable',
        etag: `"${sha256Of(bytes)}"`,
        'x-content-type-options': 'nosniff',
      });
      const bare = await viewer.get(`/alerts/1/${role}`, { headers: { 'If-None-Match': `"${sha256Of(bytes)}"` } });
      expect([bare.status, bare.headers.get('cache-control')]).toEqual([304, 'private, no-cache']);
      const small = await viewer.get(`/alerts/1/${role}/thumbnail`);
      expect(small.status).toBe(200);
      expect(Number(small.headers.get('content-length'))).toBeLessThan(bytes.length);
    }
  });

  test('answers HEAD as GET, without a body', async () => {
    const { viewer } = lasting;
    for (const page of ['/', '/alerts/1', '/alerts/1/image', '/alerts/1/image/thumbnail', '/api/alerts', '/live']) {
      const response = await viewer.get(page, { method: 'HEAD' });
      expect([page, response.status, (await response.arrayBuffer()).byteLength]).toEqual([page, 200, 0]);
    }
  });

  test('says of a picture that is gone that it is, and shows the rest', async () => {
    const data = copy();
    rmSync(path.join(data, 'image_database/00003.jpg'));
    const viewer = await startViewer(data);
    const page = await viewer.get('/alerts/1');
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('<code>image_database/00003.jpg</code> is not in the store');
    for (const address of ['/alerts/1/image', '/alerts/1/image/thumbnail']) {
      const response = await viewer.get(address);
      expect(response.status).toBe(404);
      expect(await response.text()).toContain('00003.jpg is not there');
    }
    expect((await viewer.get('/alerts/1/reference')).status).toBe(200);
  });

  test('says of a picture that has become undecodable that it has no thumbnail', async () => {
    const data = copy();
    writeFileSync(path.join(data, 'image_database/00003.jpg'), 'no picture');
    const response = await (await startViewer(data)).get('/alerts/1/image/thumbnail');
    expect(response.status).toBe(422);
  });

  test('goes on while the catalog is cleaned, and shows the new pictures under the old numbers', async () => {
    const data = copy();
    const viewer = await startViewer(data);
    const before = await viewer.json<{ picture_urls: { image: string } }>('/api/alerts/1');
    expect((await imgpipe(['clean', '--yes', '--data', data])).status).toBe(0);
    expect((await viewer.get('/alerts/1')).status).toBe(404);
    const pictures = fileURLToPath(new URL('../fixtures/pictures', import.meta.url));
    await imgpipe(['run', '--data', data, pictures]);
    const after = await viewer.json<{ picture_urls: { image: string } }>('/api/alerts/1');
    expect(after.picture_urls.image).not.toBe(before.picture_urls.image);
  });

  test('needs no broker, and says of one that is down that it is', async () => {
    const viewer = await startViewer(prepared, '--broker', 'kafka://127.0.0.1:1');
    expect((await viewer.get('/alerts/1')).status).toBe(200);
    expect(await viewer.json('/api/status')).toMatchObject({
      alerts: 2,
      waiting: null,
      broker: { address: 'kafka://127.0.0.1:1', reachable: false },
    });
  });

  test('ends at once when it is told to, whoever listens', async () => {
    const viewer = await startViewer(prepared);
    const listening = await viewer.get('/live');
    viewer.running.child.kill('SIGINT');
    expect(await viewer.running.ended).toMatchObject({ status: 0, stderr: expect.stringContaining('serve: stopped') });
    await listening.text().catch(() => '');
  });

  test('tells in one line why it cannot listen', async () => {
    const { port } = await startViewer(prepared);
    const taken = await imgpipe(['serve', '--data', prepared, '--port', String(port)]);
    expect(taken).toMatchObject({
      status: 1,
      stdout: '',
      stderr: `imgpipe: 127.0.0.1:${port}: another program listens there: choose another port\n`,
    });
    const elsewhere = await imgpipe(['serve', '--data', prepared, '--port', '0', '--host', '0.0.0.0']);
    expect(elsewhere.status).toBe(2);
    expect(elsewhere.stderr).toMatch(
      /^imgpipe: host: other machines can reach the viewer on 0\.0\.0\.0: .* --token-file.*\n$/,
    );
    const none = await imgpipe(['serve', '--data', path.join(temporaryFolder(), 'none')]);
    expect(none.status).toBe(3);
  });
});

describe('a stage with --metrics', () => {
  test('tells its figures while it works', async () => {
    const data = copy();
    const [free = 0] = await freePorts(1);
    const stage = start(['analyze', '--data', data, '--metrics', String(free)]);
    try {
      await stage.until(/broker embedded/);
      const text = await untilAnswered(`http://127.0.0.1:${free}/metrics`);
      expect(text).toContain('imgpipe_images_total{stream="default"} 8');
      expect(await (await fetch(`http://127.0.0.1:${free}/healthz`)).text()).toBe('ok\n');
    } finally {
      stage.child.kill('SIGINT');
      await stage.ended;
    }
  });
});

async function untilAnswered(url: string): Promise<string> {
  for (let tries = 1; ; tries += 1) {
    const response = await fetch(url).catch((error: unknown) => {
      if (tries > 200) throw error;
    });
    if (response !== undefined) return response.text();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
