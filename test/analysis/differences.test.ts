import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Differences } from '../../src/analysis/differences.ts';
import { PLAIN } from '../../src/analysis/differences-plain.ts';
import { createSimd } from '../../src/analysis/differences-simd.ts';

const simd = createSimd() as Differences;
/** What the kernel takes at a time. */
const PART = 0x10000;

function drawn(way: Differences, before: Uint8Array, after: Uint8Array): Uint8Array {
  const to = new Uint8Array(after.length);
  way.draw(before, after, way.sums(before, after), to);
  return to;
}

/** Two pictures' bytes of one length, which is often near a vector's or a part's. */
const bytes = fc
  .tuple(fc.constantFrom(0, 16, 32, PART - 16, PART, 2 * PART), fc.integer({ min: 1, max: 40 }), fc.integer())
  .map(([near, more, seed]): [Uint8Array, Uint8Array] => {
    let state = seed | 1;
    const next = () => {
      state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9;
      return (state >>> 16) & 255;
    };
    const length = near + more - 1 || 1;
    return [Uint8Array.from({ length }, next), Uint8Array.from({ length }, next)];
  });

describe('differences by vectors', () => {
  it('are to be had on this machine', () => {
    expect(simd).toBeDefined();
  });

  it('have the sums and the picture that plain arithmetic has, for any bytes and lengths', () => {
    fc.assert(
      fc.property(bytes, ([before, after]) => {
        expect(simd.sums(before, after)).toEqual(PLAIN.sums(before, after));
        if (after.length > 1) expect(Buffer.compare(drawn(simd, before, after), drawn(PLAIN, before, after))).toBe(0);
      }),
    );
  });

  it('have them where one byte differs, wherever that is', () => {
    fc.assert(
      fc.property(fc.nat(PART + 50), fc.nat(255), fc.nat(255), (at, was, is) => {
        const before = new Uint8Array(PART + 51).fill(7);
        const after = before.slice();
        before[at] = was;
        after[at] = is;
        const d = is - was;
        expect(simd.sums(before, after)).toEqual({ sumOfSquares: d * d, min: Math.min(0, d), max: Math.max(0, d) });
      }),
    );
  });

  it('overflow nowhere: every byte differs as much as it can', () => {
    for (const length of [PART, 3 * PART + 5]) {
      const [dark, light] = [new Uint8Array(length), new Uint8Array(length).fill(255)];
      expect(simd.sums(dark, light)).toEqual({ sumOfSquares: 65025 * length, min: 255, max: 255 });
      expect(simd.sums(light, dark)).toEqual({ sumOfSquares: 65025 * length, min: -255, max: -255 });
    }
  });

  it('have each level of each range that there can be', () => {
    for (let range = 1; range <= 510; range += 1) {
      for (const min of new Set([-255, 255 - range])) {
        const every = Array.from({ length: range + 1 }, (_, n) => min + n);
        const before = Uint8Array.from(every, (d) => Math.max(0, -d));
        const after = Uint8Array.from(every, (d) => Math.max(0, d));
        expect(drawn(simd, before, after), `range ${range} from ${min}`).toEqual(drawn(PLAIN, before, after));
      }
    }
  });
});
