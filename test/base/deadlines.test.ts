import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { unlessAborted } from '../../src/base/deadlines.ts';

it('many can wait with one signal at once, without a warning of Node', async () => {
  const warnings: Error[] = [];
  const listener = (warning: Error) => warnings.push(warning);
  process.on('warning', listener);
  try {
    const { signal } = new AbortController();
    await Promise.all(Array.from({ length: 40 }, () => unlessAborted(signal, setImmediate())));
    // Warnings are emitted later.
    await setImmediate();
    expect(warnings).toEqual([]);
  } finally {
    process.off('warning', listener);
  }
});
