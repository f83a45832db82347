import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Usual paths of Chromium. */
const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The path of Chromium, from the variable `CHROMIUM` or a usual path; undefined if there is none. */
export const CHROMIUM = [process.env['CHROMIUM'], ...PATHS].find((file) => file !== undefined && existsSync(file));

/** Starts it headless, without its background requests to the network. */
export function startBrowser(): Promise<Browser> {
  if (CHROMIUM === undefined) throw new Error('Chromium was not found: install it, or set CHROMIUM to its path');
  const disabled = ['background-networking', 'component-update', 'sync', 'quic', 'gpu'].map(
    (what) => `--disable-${what}`,
  );
  // Chromium's sandbox does not start as root.
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-first-run', ...disabled, ...sandbox] });
}
