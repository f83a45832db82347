import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSimdDifferences, type Differences, SCALAR } from '../../src/analysis/differences.ts';

const simd = createSimdDifferences() as Differences;
/** The kernel's chunk size. */
const CHUNK = 0x10000;

function drawn(implementation: Differences, before: Uint8Array, after: Uint8Array): Uint8Array {
  const to = new Uint8Array(after.length);
  implementation.draw(before, after, implementation.sums(before, after), to);
  return to;
}

/** The bytes of two pictures, often with a length close to that of a vector or a chunk. */
const bytes = fc
  .tuple(fc.constantFrom(0, 16, 32, CHUNK - 16, CHUNK, 2 * CHUNK), fc.integer({ min: 1, max: 40 }), fc.integer())
  .map(([near, more, seed]): [Uint8Array, Uint8Array] => {
    let state = seed | 1;
    const next = () => {
      state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9;
      return (state >>> 16) & 255;
    };
    const length = near + more - 1 || 1;
    return [Uint8Array.from({ length }, next), Uint8Array.from({ length }, next)];
  });

describe('SIMD differences', () => {
  it('are available on this machine', () => {
    expect(simd).toBeDefined();
  });

  it('are identical to the scalar ones, for any bytes and lengths', () => {
    fc.assert(
      fc.property(bytes, ([before, after]) => {
        expect(simd.sums(before, after)).toEqual(SCALAR.sums(before, after));
        if (after.length > 1) expect(Buffer.compare(drawn(simd, before, after), drawn(SCALAR, before, after))).toBe(0);
      }),
    );
  });

  it('find a single byte that differs, at any position', () => {
    fc.assert(
      fc.property(fc.nat(CHUNK + 50), fc.nat(255), fc.nat(255), (at, was, is) => {
        const before = new Uint8Array(CHUNK + 51).fill(7);
        const after = before.slice();
        before[at] = was;
        after[at] = is;
        const d = is - was;
        expect(simd.sums(before, after)).toEqual({ sumOfSquares: d * d, min: Math.min(0, d), max: Math.max(0, d) });
      }),
    );
  });

  it('do not overflow when every byte differs as much as possible', () => {
    for (const length of [CHUNK, 3 * CHUNK + 5]) {
      const [dark, light] = [new Uint8Array(length), new Uint8Array(length).fill(255)];
      expect(simd.sums(dark, light)).toEqual({ sumOfSquares: 65025 * length, min: 255, max: 255 });
      expect(simd.sums(light, dark)).toEqual({ sumOfSquares: 65025 * length, min: -255, max: -255 });
    }
  });

  it('draw each level of every possible range', () => {
    for (let range = 1; range <= 510; range += 1) {
      for (const min of new Set([-255, 255 - range])) {
        const every = Array.from({ length: range + 1 }, (_, n) => min + n);
        const before = Uint8Array.from(every, (d) => Math.max(0, -d));
        const after = Uint8Array.from(every, (d) => Math.max(0, d));
        expect(drawn(simd, before, after), `range ${range} from ${min}`).toEqual(drawn(SCALAR, before, after));
      }
    }
  });
});
