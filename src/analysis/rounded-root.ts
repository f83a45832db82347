/**
 * The double nearest to √sum / divisor, for whole numbers sum < 2⁶⁴ and divisor < 2¹⁰.
 *
 * q = ⌊2⁶⁴ · √sum / divisor⌋ is computed in whole numbers. Unless it is exact, the value lies between q and q + 1, and
 * 2q + 1 stands for all of these values: q has at least 55 bits, so that doubles, and the middles between two of them,
 * are whole numbers there, and none is between q and q + 1. The conversion of a bigint to a double rounds correctly, and
 * the division by a power of two is exact.
 */
export function rootOverWhole(sum: bigint, divisor: number): number {
  const scaled = sum << 128n;
  const square = BigInt(divisor * divisor);
  const root = integerRoot(scaled / square);
  if (root * root * square === scaled) return Number(root) / 2 ** 64;
  return Number(2n * root + 1n) / 2 ** 65;
}

/** ⌊√n⌋, by Newton's method from above. */
function integerRoot(n: bigint): bigint {
  if (n === 0n) return 0n;
  let root = 1n << BigInt(Math.ceil(n.toString(2).length / 2));
  for (;;) {
    const next = (root + n / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}
