import { describe, expect, test } from 'vitest';
import { readPage } from './pages.ts';
import { tourSteps } from './tour-steps.ts';
import { walkThrough } from './walk.ts';

/** Pages whose examples run without a broker. */
const WALKED = [
  'README.md',
  'docs/guides/camera.md',
  'docs/guides/skies.md',
  'docs/guides/screens-and-ci.md',
  'docs/guides/operations.md',
];

describe.each(WALKED)('%s', (name) => {
  test('shows what its commands print', { timeout: 120_000 }, async () => {
    const steps = tourSteps(readPage(name).text, { others: true });
    expect(steps.length).toBeGreaterThan(2);
    await walkThrough(steps, { page: name });
  });
});
