import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { decodePicture } from '../../src/adapters/pixels/codec.ts';
import { CHROMIUM, startBrowser } from '../support/browser.ts';
import { imgpipe, start } from '../support/imgpipe.ts';
import { lastingFolder, temporaryFolder } from '../support/temporary-folder.ts';
import { startViewer, type Viewer, viewerOf } from '../support/viewer.ts';
import { alertIn, IN_PAGE, loaded, openPage, until, violations } from '../support/viewer-page.ts';
import { watchScenes } from '../support/watched-scenes.ts';

/** The viewer in a real browser, on the data of a real pipeline. Skipped without Chromium, except in CI. */
const hasBrowser = CHROMIUM !== undefined || (process.env['CI'] ?? '') !== '';
if (!hasBrowser) process.stderr.write('Chromium was not found: browser tests are skipped.\n');

const ODD_PICTURES = new URL('../fixtures/odd-pictures/', import.meta.url);
const MODES = ['side', 'swipe', 'onion', 'blink', 'difference'];

const folder = lastingFolder();
const data = path.join(folder, 'data');
let browser: Browser;

beforeAll(async () => {
  if (!hasBrowser) return;
  browser = await startBrowser();
  await watchScenes(data);
});
afterAll(() => browser?.close());

const open = (viewer: Viewer, address: string, options?: BrowserContextOptions) =>
  openPage(browser, viewer.url + address, options);

describe.runIf(hasBrowser)('in a browser', () => {
  test('opens an alert by its number, with its three pictures', async () => {
    const viewer = await startViewer(data);
    const page = await open(viewer, '/');
    await page.getByLabel('Alert number').fill('2');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Alert 2', exact: true }).waitFor();
    expect(new URL(page.url()).search).toBe('?alert_num=2');
    expect(await page.locator('figure h2:visible').allTextContents()).toEqual([
      'Previous Image',
      'Image',
      'Difference Image',
    ]);
    await loaded(page, 'figure img');
    await page.getByRole('link', { name: 'Alert 3' }).click();
    await page.getByRole('heading', { name: 'Alert 3', exact: true }).waitFor();
  });

  test('browses the list by page and by stream', async () => {
    const viewer = await startViewer(data);
    const page = await open(viewer, '/');
    await loaded(page, '#alerts li:first-child img');
    const first = await page.locator('#alerts li').count();
    expect(first).toBe(24);
    await page.getByRole('link', { name: /older/i }).click();
    await page.waitForURL(/before=/);
    expect(await page.locator('#alerts li').count()).toBeGreaterThan(0);
    await page.getByLabel('Stream').selectOption('crossing');
    await page.getByRole('button', { name: 'Filter' }).click();
    await page.waitForURL(/stream=crossing/);
    const streams = new Set(await page.locator('#alerts .facts a').allTextContents());
    expect([...streams]).toEqual(['crossing']);
    await page.locator('#alerts .facts a').first().click();
    await page.getByRole('heading', { name: 'Stream crossing' }).waitFor();
    await page.locator('svg a[aria-label]').first().focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /^Alert \d+$/ }).waitFor();
  });

  test('shows new alerts without a reload, also after a lost connection', async () => {
    const ownData = path.join(temporaryFolder(), 'data');
    await imgpipe(['run', '--data', ownData, '--count', '4']);
    const viewer = await startViewer(ownData);
    const page = await open(viewer, '/');
    await page.locator('#live[data-state=live]').waitFor();
    await imgpipe(['run', '--data', ownData, '--count', '4']);
    await page.locator('[data-alert="2"]').waitFor();
    await expect.poll(() => page.locator('#announce').textContent()).toBe('1 new alert');

    viewer.running.child.kill('SIGKILL');
    await viewer.running.ended;
    await page.locator('#live[data-state=reconnecting]').waitFor();
    await imgpipe(['run', '--data', ownData, '--count', '8']);
    const again = start(['serve', '--data', ownData, '--port', String(viewer.port)]);
    onTestFinished(async () => {
      again.child.kill('SIGKILL');
      await again.ended;
    });
    await viewerOf(again);
    await page.locator('[data-alert="4"]').waitFor();
    expect(
      await page.locator('[data-alert]').evaluateAll((all) => all.map((each) => each.getAttribute('data-alert'))),
    ).toEqual(['4', '3', '2', '1']);
  });

  test('compares pictures in each mode, by keys and by URL', async () => {
    const viewer = await startViewer(data);
    const alert = await alertIn(viewer, 'stream=crossing&technique=changed@2');
    const page = await open(viewer, `/alerts/${alert}`);
    for (const [index, mode] of MODES.entries()) {
      await page.keyboard.press(String(index + 1));
      await page.locator(`#views[data-mode=${mode}]`).waitFor();
      expect(await page.locator(`input[name=mode][value=${mode}]`).isChecked()).toBe(true);
    }
    expect(await page.locator('#views').getAttribute('data-mode')).toBe('difference');
    await page.waitForURL(/#.*difference/);
    const address = page.url();
    await page.goto('about:blank');
    await page.goto(address);
    await page.locator('#views[data-mode=difference]').waitFor();
    const boxes = page.locator('svg.boxes').first();
    expect(await page.locator('svg.boxes path').count()).toBeGreaterThan(0);
    await page.keyboard.press('r');
    await boxes.waitFor({ state: 'hidden' });
  });

  test('shows all of a JPEG without its end marker, whose last rows a browser leaves out', async () => {
    const own = temporaryFolder();
    const files = ['a', 'b'].map((name) => fileURLToPath(new URL(`no-eoi.${name}.jpg`, ODD_PICTURES)));
    await imgpipe(['run', ...files, '--data', path.join(own, 'data')]);
    const viewer = await startViewer(path.join(own, 'data'));
    const page = await open(viewer, '/alerts/1');
    await loaded(page, 'figure img');
    const { data: rgb, width } = await decodePicture(readFileSync(files[1] ?? ''), 'jpg', { maxPixels: 1e6 });
    const drawn = (address: string) => page.evaluate<number[]>(`(${IN_PAGE.lastRow})('${address}')`);
    const right = [...rgb.subarray(-3 * width)];
    expect(await drawn((await page.locator('[data-role=image] .plane img').getAttribute('src')) ?? '')).toEqual(right);
    expect(await drawn('/alerts/1/image')).not.toEqual(right);
  });

  test('shows the stored values of the pixel under the pointer', async () => {
    const viewer = await startViewer(data);
    const alert = await alertIn(viewer, 'stream=crossing&technique=changed@2');
    const pixels = async (role: string) => {
      const bytes = Buffer.from(await (await viewer.get(`/alerts/${alert}/${role}`)).arrayBuffer());
      return decodePicture(bytes, 'jpg', { maxPixels: 1e6 });
    };
    const [before, after] = [await pixels('reference'), await pixels('image')];
    const page = await open(viewer, `/alerts/${alert}`);
    await loaded(page, 'figure img');
    for (let zoom = 0; zoom < 12; zoom += 1) await page.keyboard.press('+');
    const box = await page.locator('figure[data-role=image] .pane').boundingBox();
    if (box === null) throw new Error('there is no picture');
    for (const [left, top] of [
      [0.3, 0.4],
      [0.7, 0.2],
      [0.51, 0.93],
    ] as const) {
      await page.mouse.move(box.x + box.width * left, box.y + box.height * top);
      await page.locator('#reading b').nth(3).waitFor();
      const [place = '', shownBefore, shownAfter, difference] = await page.locator('#reading b').allTextContents();
      const [x = 0, y = 0] = place.split(', ').map(Number);
      const at = (y * before.width + x) * 3;
      const [was, is] = [before, after].map(({ data: all }) => [...all.subarray(at, at + 3)]);
      expect([shownBefore, shownAfter]).toEqual([was?.join(' '), is?.join(' ')]);
      const signed = is?.map((level, channel) => level - (was?.[channel] ?? 0));
      expect(difference?.replaceAll('−', '-').replaceAll('+', '').split(' ').map(Number)).toEqual(signed);
    }
  });

  test('draws exact absolute differences', async () => {
    const viewer = await startViewer(data);
    const page = await open(viewer, '/alerts/1');
    await loaded(page, 'figure img');
    await page.keyboard.press('5');
    await page.locator('#scale').selectOption('absolute');
    await until(page, IN_PAGE.hasCanvas);
    const drawn = await page.evaluate<number[]>(IN_PAGE.drawn);
    const pictures = await Promise.all(
      ['reference', 'image'].map(async (role) => {
        const bytes = Buffer.from(await (await viewer.get(`/alerts/1/${role}`)).arrayBuffer());
        return (await decodePicture(bytes, 'jpg', { maxPixels: 1e6 })).data;
      }),
    );
    const [before = new Uint8Array(), after = new Uint8Array()] = pictures;
    const right = Array.from({ length: drawn.length / 4 }, (_, pixel) =>
      [0, 1, 2].map((channel) => Math.abs((after[pixel * 3 + channel] ?? 0) - (before[pixel * 3 + channel] ?? 0))),
    );
    expect(Array.from({ length: drawn.length / 4 }, (_, pixel) => drawn.slice(pixel * 4, pixel * 4 + 3))).toEqual(
      right,
    );
  });

  test('navigates by keys, except while the user types', async () => {
    const viewer = await startViewer(data);
    const page = await open(viewer, '/alerts/2');
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.keyboard.press('ArrowRight');
    await page.getByRole('heading', { name: 'Alert 3', exact: true }).waitFor();
    await page.waitForLoadState('load');
    await page.keyboard.press('ArrowLeft');
    await page.getByRole('heading', { name: 'Alert 2', exact: true }).waitFor();
    await page.waitForLoadState('load');
    await page.keyboard.press('/');
    await page.keyboard.type('15b?');
    expect(await page.getByLabel('Alert number').inputValue()).toBe('15b?');
    expect(await page.locator('#views').getAttribute('data-mode')).toBe('side');
    await page.keyboard.press('Enter');
    await page.getByText('"15b?" is not valid: use a positive whole number, such as 1.').waitFor();
    expect(await page.getByLabel('Alert number').first().inputValue()).toBe('15b?');
    await page.getByText('The alerts are 1 to').waitFor();
  });

  test('blinks by itself, unless the user prefers reduced motion', async () => {
    const viewer = await startViewer(data);
    const changes = (page: Page) => page.evaluate<number>(IN_PAGE.changesInTwoSeconds);
    const page = await open(viewer, '/alerts/1');
    await loaded(page, 'figure img');
    await page.keyboard.press('b');
    await page.locator('#views[data-mode=blink]').waitFor();
    expect(await changes(page)).toBeGreaterThan(2);
    const still = await open(viewer, '/alerts/1', { reducedMotion: 'reduce' });
    await loaded(still, 'figure img');
    await still.keyboard.press('b');
    await still.locator('#views[data-mode=blink]').waitFor();
    await still.locator('#blink-step').waitFor();
    expect(await changes(still)).toBe(0);
  });

  test.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 360],
  ] as const)('passes axe, %s and %i pixels wide', async (colorScheme, width) => {
    const viewer = await startViewer(data);
    const alert = await alertIn(viewer, 'stream=crossing&technique=changed@2');
    for (const address of [
      '/',
      '/?stream=none',
      `/alerts/${alert}`,
      '/streams/default',
      '/alerts/999',
      '/?alert_num=x',
    ]) {
      const page = await open(viewer, address, { colorScheme, viewport: { width, height: 800 } });
      expect(await violations(page), address).toEqual([]);
      if (!address.startsWith(`/alerts/${alert}`)) continue;
      for (const key of ['2', '3', '4', '5', '?']) {
        await page.keyboard.press(key);
        expect(await violations(page), `${address}, key ${key}`).toEqual([]);
      }
    }
  });

  test('fits a phone without horizontal scrolling or layout shift', async () => {
    const viewer = await startViewer(data);
    const alert = await alertIn(viewer, 'stream=crossing&technique=changed@2');
    for (const address of ['/', `/alerts/${alert}`, '/streams/default', '/alerts/999']) {
      const page = await open(viewer, address, {
        viewport: { width: 360, height: 740 },
        hasTouch: true,
        isMobile: true,
      });
      await page.waitForLoadState('networkidle', { timeout: 2000 }).catch(() => {});
      const { scroll, client, shift } = await page.evaluate<{ scroll: number; client: number; shift: number }>(
        IN_PAGE.layout,
      );
      expect([address, scroll]).toEqual([address, client]);
      expect(shift, address).toBeLessThan(0.01);
    }
  });

  test('keeps the first page small', async () => {
    const viewer = await startViewer(data);
    const context = await browser.newContext();
    const page = await context.newPage();
    const parts = new Set<string>();
    page.on('response', (response) => {
      const { pathname } = new URL(response.url());
      if (pathname === '/' || pathname.startsWith('/assets/')) parts.add(pathname);
    });
    await page.goto(viewer.url);
    await page.locator('#live[data-state=live]').waitFor();
    expect(await page.locator('#alerts li').count()).toBe(24);
    await context.close();
    expect([...parts].filter((part) => part.endsWith('.js')).length).toBeGreaterThan(1);
    const sizes = await Promise.all(
      [...parts].map(async (part) => (await (await viewer.get(part)).arrayBuffer()).byteLength),
    );
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(50_000);
  });

  test('shows pictures and regions without scripts', async () => {
    const viewer = await startViewer(data);
    const alert = await alertIn(viewer, 'stream=crossing&technique=changed@2');
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`${viewer.url}/alerts/${alert}`);
    expect(await page.locator('figure img').count()).toBe(3);
    expect(await page.locator('figure svg.boxes path').first().isVisible()).toBe(true);
    await context.close();
  });
});
