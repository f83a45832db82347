import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, onTestFinished } from 'vitest';

/** A new folder that is removed when the test has finished. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'imgpipe-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A new folder for all tests of a file, removed after the last one. */
export function lastingFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'imgpipe-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
