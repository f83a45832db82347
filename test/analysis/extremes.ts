import fc from 'fast-check';

/** How many pixels of a row the kernel of `changed@1` takes at a time. */
const PART = 2048;

/** Sizes of small pictures of any width, and of some about as wide as what the kernel takes. */
export const size = fc.oneof(
  fc.record({ width: fc.integer({ min: 1, max: 40 }), height: fc.integer({ min: 1, max: 20 }) }),
  fc.record({
    width: fc
      .tuple(fc.constantFrom(PART, 2 * PART), fc.integer({ min: -20, max: 40 }))
      .map(([near, more]) => near + more),
    height: fc.integer({ min: 1, max: 10 }),
  }),
);

/** Whole numbers from 0 up to `end`, of which many are the first or the last. */
export function numbers(seed: number, end: number): () => number {
  let state = seed | 1;
  return () => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9;
    const kind = (state >>> 8) & 7;
    return kind === 0 ? 0 : kind === 1 ? end - 1 : (state >>> 12) % end;
  };
}
