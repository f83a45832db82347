// The scans of a progressive JPEG (T.81, G.1.2 and G.2): each brings some bits of some coefficients of all blocks.

import { SIXTEEN_ZEROS, takeBit, takeBits, takeSymbol, takeValue } from './bits.as';

/** How many blocks, the current one included, have no more coefficients in this band. */
let endOfBand: i32 = 0;

/** Starts an interval of an AC scan. */
export function startBand(): void {
  endOfBand = 0;
}

/** Whether a run of blocks without coefficients goes on beyond the last block. */
export function isInsideRun(): bool {
  return endOfBand > 0;
}

/**
 * Reads the band from `first` to `last` of a block for the first time (T.81, G.1.2.2), each value without its `low` lowest
 * bits. Returns false after an error.
 */
export function firstOfBand(block: usize, table: usize, order: usize, first: i32, last: i32, low: i32): bool {
  if (endOfBand > 0) {
    endOfBand--;
    return true;
  }
  for (let k = first; k <= last; k++) {
    const symbol = takeSymbol(table);
    if (symbol < 0) return false;
    const zeros = symbol >> 4;
    const size = symbol & 15;
    if (size == 0 && symbol != SIXTEEN_ZEROS) {
      endOfBand = runOf(zeros) - 1;
      return true;
    }
    k += zeros;
    if (k > last) return false;
    if (size != 0) store<i16>(block + load<u8>(order + k), takeValue(size) << low);
  }
  return true;
}

/** The length of a run of ends of bands: 2^exponent, and as many bits more. */
function runOf(exponent: i32): i32 {
  return (1 << exponent) + (exponent == 0 ? 0 : takeBits(exponent));
}

/** Reads one more bit, the one above the `low` lowest ones, of each coefficient of a band (T.81, G.1.2.3). Returns false after an error. */
export function refineBand(block: usize, table: usize, order: usize, first: i32, last: i32, low: i32): bool {
  const one = 1 << low;
  let k = first;
  while (endOfBand == 0 && k <= last) {
    const symbol = takeSymbol(table);
    if (symbol < 0) return false;
    const zeros = symbol >> 4;
    const size = symbol & 15;
    if (size > 1) return false;
    if (size == 0 && symbol != SIXTEEN_ZEROS) {
      endOfBand = runOf(zeros);
      break;
    }
    const value = size == 0 ? 0 : takeBit() ? one : -one;
    k = refineUntilZero(block, order, k, last, one, zeros);
    if (k > last) return false;
    if (value != 0) store<i16>(block + load<u8>(order + k), value);
    k++;
  }
  if (endOfBand > 0) {
    // More zeros than a band can have, so it is refined to its end.
    refineUntilZero(block, order, k, last, one, 64);
    endOfBand--;
  }
  return true;
}

/** Refines the non-zero coefficients up to the zero that follows `zeros` other ones. Returns its index. */
function refineUntilZero(block: usize, order: usize, from: i32, last: i32, one: i32, zeros: i32): i32 {
  let left = zeros;
  for (let k = from; k <= last; k++) {
    const coefficient = block + load<u8>(order + k);
    const value = <i32>load<i16>(coefficient);
    if (value == 0) {
      if (left == 0) return k;
      left--;
    } else if (takeBit() && (value & one) == 0) {
      store<i16>(coefficient, value > 0 ? value + one : value - one);
    }
  }
  return last + 1;
}
