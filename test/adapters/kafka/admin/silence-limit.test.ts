import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { withSilenceLimit } from '../../../../src/adapters/kafka/admin/silence-limit.ts';

const silent = () => new Error('silent');

describe('work with a limit on silence', () => {
  it('may take longer than the limit, as long as there are signs of life', async () => {
    let lastSignAt = Number.NEGATIVE_INFINITY;
    const work = async () => {
      for (let signs = 0; signs < 10; signs += 1) {
        await sleep(40);
        lastSignAt = performance.now();
      }
      return 'done';
    };
    expect(await withSilenceLimit(work(), { silenceMs: 200, lastSignAt: () => lastSignAt }, silent)).toBe('done');
  });

  it('is given up once there has been no sign for the limit', async () => {
    const began = performance.now();
    let lastSignAt = Number.NEGATIVE_INFINITY;
    setTimeout(() => {
      lastSignAt = performance.now();
    }, 60);
    const never = new Promise<never>(() => {});
    await expect(withSilenceLimit(never, { silenceMs: 100, lastSignAt: () => lastSignAt }, silent)).rejects.toThrow(
      'silent',
    );
    expect(performance.now() - began).toBeGreaterThan(150);
  });

  it('rejects with the error of the work', async () => {
    const failing = Promise.reject(new Error('failed'));
    await expect(withSilenceLimit(failing, { silenceMs: 1000, lastSignAt: () => 0 }, silent)).rejects.toThrow('failed');
  });
});
