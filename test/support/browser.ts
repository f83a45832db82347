import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Where Debian and others put Chromium. */
const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The Chromium of this machine: `CHROMIUM` names one elsewhere. Undefined where there is none. */
export const CHROMIUM = [process.env['CHROMIUM'], ...PLACES].find(
  (position) => position !== undefined && existsSync(position),
);

/** Starts it without a window. It asks nobody on the network for anything. */
export function startBrowser(): Promise<Browser> {
  if (CHROMIUM === undefined) throw new Error('there is no Chromium here: install one, or name it in CHROMIUM');
  const quiet = ['background-networking', 'component-update', 'sync', 'quic', 'gpu'].map((what) => `--disable-${what}`);
  // Its sandbox does not start for root.
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-first-run', ...quiet, ...sandbox] });
}
