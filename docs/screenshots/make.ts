import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { startBrowser } from '../../test/support/browser.ts';
import { start } from '../../test/support/imgpipe.ts';
import { viewerOf } from '../../test/support/viewer.ts';
import { watchScenes } from '../../test/support/watched-scenes.ts';

/** The README's pictures of the viewer: a pipeline of some scenes, seen in Chromium. */
const here = fileURLToPath(new URL('.', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'imgpipe-screenshots-'));
const data = path.join(folder, 'data');
await watchScenes(data);
const serving = start(['serve', '--data', data, '--port', '0']);
const browser = await startBrowser();
try {
  const { url } = await viewerOf(serving);
  const shoot = async (
    name: string,
    address: string,
    size: { width: number; height: number },
    prepare = async (_: Page) => {},
    colorScheme: 'light' | 'dark' = 'light',
  ) => {
    const page = await browser.newPage({ viewport: size, colorScheme });
    await page.goto(url + address, { waitUntil: 'load' });
    await prepare(page);
    await page.waitForLoadState('load');
    await page.screenshot({ path: path.join(here, `${name}.png`) });
    await page.close();
  };
  const sky = (await (await fetch(`${url}/api/alerts?stream=north-field`)).json()) as { alerts: { alert: number }[] };
  const alert = sky.alerts.at(-1)?.alert ?? 1;
  const wide = { width: 1280, height: 860 };
  await shoot('list', '/', wide, settled);
  await shoot('comparison', `/alerts/${alert}`, { width: 1280, height: 860 }, settled, 'dark');
  await shoot('narrow', `/alerts/${alert}`, { width: 390, height: 844 }, settled);
} finally {
  await browser.close();
  serving.child.kill('SIGINT');
  await serving.ended;
  rmSync(folder, { recursive: true });
}

/** All pictures that are in view are there. */
async function settled(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle', { timeout: 3000 }).catch(() => {});
}
