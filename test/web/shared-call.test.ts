import { expect, it } from 'vitest';
import { sharedCall } from '../../src/web/shared-call.ts';

it('runs one call for all concurrent callers, and another for later ones', async () => {
  let calls = 0;
  const call = sharedCall(async () => {
    calls += 1;
    await Promise.resolve();
    if (calls === 2) throw new Error('unavailable');
    return calls;
  });
  expect(await Promise.all([call(), call(), call()])).toEqual([1, 1, 1]);
  await expect(call()).rejects.toThrow('unavailable');
  expect(await call()).toBe(3);
});
