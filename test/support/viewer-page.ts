import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import type { Viewer } from './viewer.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Opens a page of the viewer. Errors on it, and requests to other hosts, fail the test. */
export async function openPage(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
  const page = await context.newPage();
  const wrong: string[] = [];
  page.on('console', (message) => {
    // The browser logs failed requests, some of which are intended.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) wrong.push(message.text());
  });
  page.on('pageerror', (error) => wrong.push(String(error)));
  page.on('request', (request) => {
    if (!/^(blob:)?http:\/\/127\.0\.0\.1:/.test(request.url())) wrong.push(`requests ${request.url()}`);
  });
  onTestFinished(async () => {
    await context.close();
    expect(wrong).toEqual([]);
  });
  await page.goto(url);
  return page;
}

/** The violations that axe finds, one per line. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate<string[]>(IN_PAGE.violations);
}

/** Resolves once an expression is true in the page. */
export const until = (page: Page, expression: string) =>
  expect.poll(() => page.evaluate<boolean>(expression)).toBe(true);

/** Resolves once all pictures that a selector matches are loaded. */
export const loaded = (page: Page, selector: string) =>
  until(
    page,
    `[...document.querySelectorAll('${selector}')].every(({ complete, naturalWidth }) => complete && naturalWidth > 0)`,
  );

/** Scripts for the page, as text, because this code has no DOM types. */
export const IN_PAGE = {
  violations: `axe.run().then(({ violations }) => violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => id + ': ' + html + ': ' + failureSummary)))`,
  lastRow: `async (address) => {
    const image = Object.assign(new Image(), { src: address });
    await image.decode();
    const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height });
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    return [...context.getImageData(0, image.height - 1, image.width, 1).data].filter((_, index) => index % 4 < 3);
  }`,
  hasCanvas: `[...document.querySelectorAll('canvas')].some(({ width }) => width > 1)`,
  drawn: `(() => {
    const canvas = [...document.querySelectorAll('canvas')].find(({ width }) => width > 1);
    return [...canvas.getContext('2d').getImageData(0, 0, canvas.width, 40).data];
  })()`,
  changesInTwoSeconds: `new Promise((resolve) => {
    let count = 0;
    const observer = new MutationObserver(() => { count += 1; });
    observer.observe(document.getElementById('views'), { attributes: true, childList: true, subtree: true });
    setTimeout(() => resolve(count), 2000);
  })`,
  layout: `new Promise((resolve) => {
    let shift = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) shift += entry.value;
    }).observe({ type: 'layout-shift', buffered: true });
    const { scrollWidth: scroll, clientWidth: client } = document.documentElement;
    setTimeout(() => resolve({ scroll, client, shift }), 300);
  })`,
};

/** The alert with the lowest number on the first page of a filtered list; 0 without one. */
export const alertIn = async (viewer: Viewer, query: string) => {
  const { alerts } = await viewer.json<{ alerts: { alert: number }[] }>(`/api/alerts?${query}`);
  return alerts.at(-1)?.alert ?? 0;
};
