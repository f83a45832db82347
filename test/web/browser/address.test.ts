import { describe, expect, it } from 'vitest';
import { DEFAULTS, readAddress, writeAddress } from '../../../src/web/browser/address.ts';

describe('the URL of a comparison', () => {
  it('has no fragment in the default state', () => {
    expect(writeAddress(DEFAULTS)).toBe('');
    expect(readAddress('')).toEqual(DEFAULTS);
  });

  it('restores the state', () => {
    const view = { centre: { x: 300.5, y: 80.25 }, zoom: 32 };
    const states = [
      { ...DEFAULTS, mode: 'swipe' as const, swipe: 12.5 },
      { ...DEFAULTS, mode: 'onion' as const, onion: 0, regions: false },
      { ...DEFAULTS, mode: 'difference' as const, scale: 'amplified' as const, k: 16, view },
    ];
    for (const state of states) expect(readAddress(writeAddress(state))).toEqual(state);
    expect(states.map(writeAddress)).toEqual([
      '#mode=swipe&at=12.5',
      '#mode=onion&mix=0&regions=no',
      '#mode=difference&scale=amplified&k=16&view=300.5,80.25,32',
    ]);
  });

  it('ignores invalid values', () => {
    expect(readAddress('#mode=sideways&at=101&mix=x&scale=log&k=0&view=1,2')).toEqual(DEFAULTS);
    expect(readAddress('#at=&k=NaN&view=1,2,0')).toEqual(DEFAULTS);
  });
});
