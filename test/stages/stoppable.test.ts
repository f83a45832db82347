import { expect, it } from 'vitest';
import { Stopped } from '../../src/domain/errors.ts';
import { stoppable } from '../../src/stages/stoppable.ts';

it('a call to a server that is silent ends two seconds after the signal', async () => {
  const stop = new AbortController();
  const silent = { address: 'somewhere', put: () => new Promise<void>(() => {}), locate: (key: string) => `at/${key}` };
  const port = stoppable(silent, stop.signal);
  expect([port.address, port.locate('key')]).toEqual(['somewhere', 'at/key']);
  const put = port.put();
  stop.abort();
  await expect(put).rejects.toBeInstanceOf(Stopped);
});

it('a call that ends in time has its own result, also after the signal', async () => {
  const stop = new AbortController();
  const port = stoppable({ get: async () => 7, fail: () => Promise.reject(new Error('its own')) }, stop.signal);
  stop.abort();
  expect(await port.get()).toBe(7);
  await expect(port.fail()).rejects.toThrow('its own');
});
