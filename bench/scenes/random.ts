/** A pseudo-random number generator, reproducible by seed. */
export interface Random {
  /** In [0, 1). */
  uniform(): number;
  /** A whole number from 0 to n - 1. */
  below(n: number): number;
  between(low: number, high: number): number;
  /** With mean 0 and standard deviation 1; polar method (Marsaglia & Bray 1964). */
  gaussian(): number;
}

/** A linear congruential generator modulo 2³² (Knuth's factor) with Murmur3's finalizer. */
export function createRandom(seed: number): Random {
  let state = seed | 0;
  let spare: number | undefined;

  function uniform(): number {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    let bits = state;
    bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
    return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32;
  }

  function gaussian(): number {
    if (spare !== undefined) {
      const kept = spare;
      spare = undefined;
      return kept;
    }
    for (;;) {
      const u = 2 * uniform() - 1;
      const v = 2 * uniform() - 1;
      const square = u * u + v * v;
      if (square >= 1 || square === 0) continue;
      const factor = Math.sqrt((-2 * Math.log(square)) / square);
      spare = v * factor;
      return u * factor;
    }
  }

  return {
    uniform,
    below: (n) => Math.floor(uniform() * n),
    between: (low, high) => low + (high - low) * uniform(),
    gaussian,
  };
}
