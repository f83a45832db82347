import { expect, it } from 'vitest';
import { createLiveAlerts } from '../../src/web/live.ts';

const catalog = {
  identity: async () => ({ pipelineId: 'p', formerIds: [], busId: null, cleaning: false }),
  alertRange: async () => undefined,
  readyAfter: async () => [],
};

it('limits the listeners, also those that arrive at the same time', async () => {
  const live = createLiveAlerts({ catalog, store: { locate: (key) => key }, maxListeners: 2 });
  const results = await Promise.allSettled(Array.from({ length: 5 }, () => live.stream(undefined)));
  const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason.code] : []));
  expect(errors).toEqual(['in_use', 'in_use', 'in_use']);
  const [first] = results;
  if (first?.status === 'fulfilled') await first.value.cancel();
  await expect(live.stream(undefined)).resolves.toBeInstanceOf(ReadableStream);
  live.close();
});
