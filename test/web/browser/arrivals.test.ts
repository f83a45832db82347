import { describe, expect, it, vi } from 'vitest';
import { arrivalText, arrived, atMostEvery } from '../../../src/web/browser/arrivals.ts';

describe('new alerts', () => {
  it('are those not shown yet', () => {
    expect(arrived([7, 6, 5], [9, 8, 7, 6])).toEqual([9, 8]);
    expect(arrived([], [2, 1])).toEqual([2, 1]);
    // Not all become ready in the order of their numbers.
    expect(arrived([9, 7], [9, 8, 7])).toEqual([8]);
  });

  it('are counted in words', () => {
    expect([1, 2].map(arrivalText)).toEqual(['1 new alert', '2 new alerts']);
  });

  it('refresh the list at most once a second, and after the last event', async () => {
    vi.useFakeTimers();
    try {
      let looks = 0;
      const look = atMostEvery(1000, async () => {
        looks++;
        if (looks === 1) throw new Error('out of reach');
      });
      look();
      for (let n = 0; n < 50; n++) look();
      expect(looks).toBe(1);
      await vi.advanceTimersByTimeAsync(999);
      expect(looks).toBe(1);
      await vi.advanceTimersByTimeAsync(2);
      expect(looks).toBe(2);
      await vi.advanceTimersByTimeAsync(5000);
      expect(looks).toBe(2);
      look();
      expect(looks).toBe(3);
    } finally {
      vi.useRealTimers();
    }
  });
});
