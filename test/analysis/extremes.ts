import fc from 'fast-check';

/** The number of pixels of a row that the kernel of `changed@2` processes in one call. */
const PART = 2048;

/** Sizes of small pictures, and of pictures about as wide as the kernel's capacity. */
export const size = fc.oneof(
  fc.record({ width: fc.integer({ min: 1, max: 40 }), height: fc.integer({ min: 1, max: 20 }) }),
  fc.record({
    width: fc
      .tuple(fc.constantFrom(PART, 2 * PART), fc.integer({ min: -20, max: 40 }))
      .map(([near, more]) => near + more),
    height: fc.integer({ min: 1, max: 10 }),
  }),
);

/** Pseudo-random whole numbers from 0 up to `end`, with frequent extremes. */
export function numbers(seed: number, end: number): () => number {
  let state = seed | 1;
  return () => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9;
    const kind = (state >>> 8) & 7;
    return kind === 0 ? 0 : kind === 1 ? end - 1 : (state >>> 12) % end;
  };
}
