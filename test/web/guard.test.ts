import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { createHostCheck } from '../../src/web/hosts.ts';
import { createTokenCheck } from '../../src/web/token.ts';
import { imgpipe } from '../support/imgpipe.ts';
import { lastingFolder, temporaryFolder } from '../support/temporary-folder.ts';
import { lastingViewer, startViewer } from '../support/viewer.ts';

const TOKEN = 'f00d-cafe-f00d-cafe';

const data = lastingFolder();
beforeAll(() => imgpipe(['run', '--count', '4', '--data', data]));
const lasting = lastingViewer(data);

describe('the viewer', () => {
  test('sets the security headers on every response', async () => {
    const { viewer } = lasting;
    for (const page of [
      '/',
      '/alerts/1',
      '/alerts/1/image',
      '/assets/style.css',
      '/api/alerts',
      '/metrics',
      '/nowhere',
      '/?from=x',
    ]) {
      const { headers } = await viewer.get(page);
      expect(Object.fromEntries(headers), page).toMatchObject({
        'content-security-policy':
          "default-src 'none'; img-src 'self' blob:; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
      });
    }
  });

  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('refuses %s', async (method) => {
    const response = await lasting.viewer.get('/alerts/1', { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  test('accepts only its own host names, on any port', async () => {
    const viewer = await startViewer(data, '--allow-hosts', 'camera.example');
    const statusFor = async (host: string) =>
      /^HTTP\/1\.1 (\d+)/.exec(await viewer.raw(`GET / HTTP/1.1\r\n${host}Connection: close\r\n\r\n`))?.[1];
    for (const name of [
      `127.0.0.1:${viewer.port}`,
      'localhost',
      'LOCALHOST:9000',
      '[::1]:1',
      'camera.example',
      'camera.example.',
    ]) {
      expect([name, await statusFor(`Host: ${name}\r\n`)]).toEqual([name, '200']);
    }
    for (const name of [
      'evil.example',
      '127.0.0.1.evil.example',
      'localhost@evil.example',
      'localhost/..',
      '',
      '[::2]',
      '127.0.0.2',
    ]) {
      expect([name, await statusFor(`Host: ${name}\r\n`)]).not.toEqual([name, '200']);
    }
    expect(await statusFor('')).toBe('400');
    expect(await statusFor('Host: localhost\r\nHost: evil.example\r\n')).not.toBe('200');
  });

  test('says of an unknown host how to make it a known one', async () => {
    const { viewer } = lasting;
    const answer = (host: string) => viewer.raw(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    expect(await answer('NAS.lan:8000')).toMatch(
      /^HTTP\/1\.1 421 [\s\S]*Unknown host "NAS\.lan:8000": .* start it with --allow-hosts nas\.lan if .* container's host\.\n$/,
    );
  });

  test('opens no file that a URL names, however the path is encoded', async () => {
    const secret = path.join(data, 'secret.txt');
    writeFileSync(secret, 'a secret of the folder');
    mkdirSync(path.join(data, 'image_database/x'), { recursive: true });
    symlinkSync(secret, path.join(data, 'image_database/x/00001.jpg'));
    const { viewer } = lasting;
    const climbs = [
      '..',
      '%2e%2e',
      '.%2e',
      '%2e.',
      '%252e%252e',
      '..%2f',
      '..%5c',
      '..\\',
      '%c0%ae%c0%ae',
      '....//',
      '%00',
      '..;',
    ];
    const positions = ['/assets/', '/alerts/1/', '/alerts/1/image/', '/streams/', '/api/alerts/', '/'];
    for (const place of positions) {
      for (const climb of climbs) {
        for (const target of [
          `${climb}/secret.txt`,
          `${climb}/${climb}/secret.txt`,
          `${climb}/imgpipe.db`,
          `${climb}/package.json`,
        ]) {
          const answer = await viewer.raw(
            `GET ${place}${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
          );
          expect(answer, place + target).toMatch(/^HTTP\/1\.1 (400|404|422) /);
          expect(answer).not.toContain('a secret of the folder');
          expect(answer).not.toContain('SQLite format');
        }
      }
    }
  });

  test('refuses URLs, headers and values that are too long, and keeps serving', async () => {
    const { viewer } = lasting;
    expect((await viewer.get(`/?stream=${'a'.repeat(3000)}`)).status).toBe(414);
    expect((await viewer.get('/', { headers: { 'X-Long': 'a'.repeat(20_000) } })).status).toBe(431);
    expect((await viewer.get(`/?min_measurement=${'9'.repeat(500)}`)).status).toBe(400);
    expect((await viewer.get(`/?stream=${'%f0'.repeat(100)}`)).status).toBe(400);
    expect((await viewer.get('/')).status).toBe(200);
  });

  test('escapes input in pages', async () => {
    const { viewer } = lasting;
    const hostile = '"><script>alert(1)</script>';
    for (const page of ['/?alert_num=', '/?stream=', '/?min_measurement=', '/streams/', '/alerts/', '/']) {
      const html = await (await viewer.get(page + encodeURIComponent(hostile))).text();
      expect(html, page).not.toContain('<script>alert');
    }
  });
});

describe('a viewer with a token', () => {
  const tokenFile = () => {
    const file = path.join(temporaryFolder(), 'token');
    writeFileSync(file, `${TOKEN}\nanother line\n`);
    return file;
  };

  test('refuses requests without the token, and never reveals it', async () => {
    const viewer = await startViewer(data, '--token-file', tokenFile());
    for (const page of [
      '/',
      '/alerts/1/image',
      '/api/alerts',
      '/live',
      '/metrics',
      '/assets/style.css',
      '/?token=wrong',
      `/api/alerts?token=${TOKEN}`,
    ]) {
      const response = await viewer.get(page);
      expect([page, response.status]).toEqual([page, 401]);
      expect(response.headers.get('www-authenticate')).toBe('Bearer');
      expect(await response.text()).not.toContain(TOKEN);
    }
    expect((await viewer.get('/healthz')).status).toBe(200);
    expect(viewer.running.stdout() + viewer.running.stderr()).not.toContain(TOKEN);
  });

  test('exchanges the token in a URL for a cookie, and redirects to the URL without it', async () => {
    const viewer = await startViewer(data, '--token-file', tokenFile());
    const redirect = await viewer.get(`/?token=${TOKEN}&alert_num=1`);
    expect([redirect.status, redirect.headers.get('location')]).toEqual([303, '/?alert_num=1']);
    const set = redirect.headers.get('set-cookie') ?? '';
    expect(set).toMatch(/^imgpipe_\d+=[0-9a-f]{64}; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(set).not.toContain(TOKEN);
    const [cookie = ''] = set.split(';');
    expect((await viewer.get('/alerts/1/image', { headers: { Cookie: `a=b; ${cookie}` } })).status).toBe(200);
    expect((await viewer.get('/', { headers: { Cookie: `${cookie.slice(0, -1)}0x` } })).status).toBe(401);
  });

  test('accepts the bearer token', async () => {
    const viewer = await startViewer(data, '--token-file', tokenFile());
    expect((await viewer.get('/api/alerts', { headers: { Authorization: `Bearer ${TOKEN}` } })).status).toBe(200);
    expect((await viewer.get('/api/alerts', { headers: { Authorization: `Bearer ${TOKEN}x` } })).status).toBe(401);
  });

  test.each([['short'], [''], ['with spaces in the middle of it']])('rejects %j as a token', async (token) => {
    const file = path.join(temporaryFolder(), 'token');
    writeFileSync(file, token);
    const { status, stderr } = await imgpipe(['serve', '--data', data, '--token-file', file]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^imgpipe: token_file: the first line of \S+ is not a valid token: .*\n$/);
  });
});

describe('a host check', () => {
  test('accepts the addresses of this machine when the server listens on all of them', () => {
    const isAllowedHost = createHostCheck('0.0.0.0', []);
    expect([
      isAllowedHost('127.0.0.1:8000'),
      isAllowedHost('localhost'),
      isAllowedHost('0.0.0.0:80'),
      isAllowedHost('evil.example'),
    ]).toEqual([true, true, true, false]);
  });
});

describe('a token check', () => {
  test('has a cookie name for each port', () => {
    const [one, other] = [createTokenCheck(TOKEN, 1), createTokenCheck(TOKEN, 2)];
    expect(one.cookieName).not.toBe(other.cookieName);
    expect(one.cookieFor('wrong')).toBeUndefined();
    expect(one.accepts({ authorization: undefined, cookie: one.cookieFor(TOKEN) })).toBe(true);
    expect(one.accepts({ authorization: undefined, cookie: TOKEN })).toBe(false);
  });
});
