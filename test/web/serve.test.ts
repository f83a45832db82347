import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { freePorts } from '../../kafka/ports.ts';
import { sha256Of } from '../../src/base/digest.ts';
import { processTable } from '../../src/base/process-table.ts';
import { imgpipe, start } from '../support/imgpipe.ts';
import { createNamespace, killIn, whyNoNamespace } from '../support/pid-namespace.ts';
import { lastingFolder, temporaryFolder } from '../support/temporary-folder.ts';
import { lastingViewer, startViewer, type Viewer } from '../support/viewer.ts';

/** A pipeline of eight images with two alerts. Tests that change it use a copy. */
const prepared = path.join(lastingFolder(), 'prepared');
beforeAll(async () => {
  // Moved, so that no stage takes a copy for one.
  await imgpipe(['run', '--count', '8', '--data', `${prepared}.before`]);
  renameSync(`${prepared}.before`, prepared);
});
const lasting = lastingViewer(prepared);

function copy(): string {
  const data = path.join(temporaryFolder(), 'data');
  cpSync(prepared, data, { recursive: true });
  return data;
}

describe('imgpipe serve', () => {
  test('shows an alert at /?alert_num=, as the reference does, and at its own URL', async () => {
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
    ['/?alert_num=0', 400, 'Alert number: &quot;0&quot; is not valid: use a positive whole number, such as 1.'],
    ['/?alert_num=one', 400, 'use a positive whole number'],
    ['/?alert_num=', 400, 'use a positive whole number'],
    ['/?alert_num=3', 404, 'Alert 3 does not exist: the alerts are 1 to 2.'],
    ['/alerts/99999999999999', 404, 'the alerts are 1 to 2'],
    ['/alerts/-1', 400, 'use a positive whole number'],
    ['/streams/garden', 404, 'Stream garden does not exist: the streams are default.'],
    ['/nowhere', 404, 'Page /nowhere does not exist.'],
    ['/?from=yesterday', 400, 'use a date or a time in UTC'],
  ])('responds to %s with %i and an explanation', async (page, status, words) => {
    const response = await lasting.viewer.get(page);
    expect(response.status).toBe(status);
    expect(await response.text()).toContain(words);
  });

  test('serves pictures byte for byte, immutable only under the URL with their version', async () => {
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

  test('responds to HEAD as to GET, without a body', async () => {
    const { viewer } = lasting;
    for (const page of ['/', '/alerts/1', '/alerts/1/image', '/alerts/1/image/thumbnail', '/api/alerts', '/live']) {
      const response = await viewer.get(page, { method: 'HEAD' });
      expect([page, response.status, (await response.arrayBuffer()).byteLength]).toEqual([page, 200, 0]);
    }
  });

  test('reports a missing picture, and shows the others', async () => {
    const data = copy();
    rmSync(path.join(data, 'image_database/00003.jpg'));
    const viewer = await startViewer(data);
    const page = await viewer.get('/alerts/1');
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('<code>image_database/00003.jpg</code> is not in the store');
    for (const address of ['/alerts/1/image', '/alerts/1/image/thumbnail']) {
      const response = await viewer.get(address);
      expect(response.status).toBe(404);
      expect(await response.text()).toContain('00003.jpg is missing');
    }
    expect((await viewer.get('/alerts/1/reference')).status).toBe(200);
  });

  test('responds with 422 for the thumbnail of an undecodable picture', async () => {
    const data = copy();
    writeFileSync(path.join(data, 'image_database/00003.jpg'), 'no picture');
    const response = await (await startViewer(data)).get('/alerts/1/image/thumbnail');
    expect(response.status).toBe(422);
  });

  test('keeps serving during a clean, and then serves the new pictures under the old numbers', async () => {
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

  test('needs no broker, and reports one that is down', async () => {
    const viewer = await startViewer(prepared, '--broker', 'kafka://127.0.0.1:1');
    expect((await viewer.get('/alerts/1')).status).toBe(200);
    expect(await viewer.json('/api/status')).toMatchObject({
      alerts: 2,
      waiting: null,
      broker: { address: 'kafka://127.0.0.1:1', reachable: false },
    });
  });

  test('stops at once on SIGINT while clients are connected', async () => {
    const viewer = await startViewer(prepared);
    const listening = await viewer.get('/live');
    viewer.running.child.kill('SIGINT');
    expect(await viewer.running.ended).toMatchObject({ status: 0, stderr: expect.stringContaining('serve: stopped') });
    await listening.text().catch(() => '');
  });

  test('explains in one line why it cannot listen', async () => {
    const { port } = await startViewer(prepared);
    const occupied = await imgpipe(['serve', '--data', prepared, '--port', String(port)]);
    expect(occupied).toMatchObject({
      status: 1,
      stdout: '',
      stderr: `imgpipe: 127.0.0.1:${port}: another program uses this port (EADDRINUSE): choose another port\n`,
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

describe('imgpipe serve on all addresses', () => {
  const token = path.join(lastingFolder(), 'token');
  beforeAll(() => writeFileSync(token, 'a-token-of-20-letters'));

  test('prints an address that opens, and how other machines reach it', async () => {
    const viewer = await startViewer(prepared, '--host', '0.0.0.0', '--token-file', token);
    expect(viewer.running.stdout()).toBe(`http://127.0.0.1:${viewer.port}/\n`);
    const authorization = 'Bearer a-token-of-20-letters';
    expect((await fetch(viewer.running.stdout().trim(), { headers: { authorization } })).status).toBe(200);
    if (!processTable().isContainer) {
      expect(viewer.running.stderr()).toContain(`other machines reach it as http://${hostname()}:${viewer.port}/\n`);
    }
  });

  test.skipIf(whyNoNamespace !== undefined)(
    `says in a container what it cannot know${whyNoNamespace ? ` (skipped: ${whyNoNamespace})` : ''}`,
    async () => {
      const container = await createNamespace();
      const stderrOf = async (...args: readonly string[]) => {
        const running = container.imgpipe(['serve', '--data', prepared, '--port', '0', ...args]);
        await running.until(/^http:/m);
        await killIn(running);
        return running.stderr();
      };
      expect(await stderrOf()).toContain('use --host 0.0.0.0 with --token-file');
      const open = ['--host', '0.0.0.0', '--token-file', token];
      expect(await stderrOf(...open)).toContain("once --allow-hosts has the host's name or address");
      expect(await stderrOf(...open, '--allow-hosts', 'nas.lan, 10.0.0.7')).toMatch(
        /from other machines as http:\/\/nas\.lan:\d+\/\n/,
      );
    },
  );
});

describe('a stage with --metrics', () => {
  test('serves metrics while it runs', async () => {
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

describe('a viewer whose data folder', () => {
  /** The statuses of the health check, a page and the API. */
  const statusesOf = async (viewer: Viewer) =>
    Promise.all(['/healthz', '/', '/api/alerts'].map(async (page) => (await viewer.get(page)).status));

  test('was removed says so, and goes on once it is back', async () => {
    const data = copy();
    const viewer = await startViewer(data);
    expect(await statusesOf(viewer)).toEqual([200, 200, 200]);
    renameSync(data, `${data}.before`);
    expect(await statusesOf(viewer)).toEqual([503, 503, 503]);
    expect(await (await viewer.get('/')).text()).toContain('imgpipe.db was removed or moved');
    renameSync(`${data}.before`, data);
    expect(await statusesOf(viewer)).toEqual([200, 200, 200]);
  });

  test.each([true, false])('was replaced shows the new one (read before it was there again: %s)', async (isRead) => {
    const [data, other] = [copy(), temporaryFolder()];
    await imgpipe(['run', '--count', '16', '--data', path.join(other, 'data')]);
    const viewer = await startViewer(data);
    expect(await (await viewer.get('/')).text()).toContain('data-alert="2"');
    renameSync(data, `${data}.before`);
    if (isRead) expect(await statusesOf(viewer)).toEqual([503, 503, 503]);
    renameSync(path.join(other, 'data'), data);
    expect(await statusesOf(viewer)).toEqual([200, 200, 200]);
    expect(await (await viewer.get('/')).text()).toContain('data-alert="4"');
    expect((await viewer.get('/alerts/4/image')).status).toBe(200);
  });
});
