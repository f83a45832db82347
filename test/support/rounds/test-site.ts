import { onTestFinished } from 'vitest';
import { temporaryFolder } from '../temporary-folder.ts';
import { type BusSettings, createSite, type Site } from './site.ts';

/** A site whose processes and folder are removed when the test has finished. */
export function testSite(bus: BusSettings = {}): Site {
  const site = createSite(temporaryFolder(), bus);
  onTestFinished(() => site.close());
  return site;
}
