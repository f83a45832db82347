import type { Scan } from './segments.ts';

/** Which bits of which coefficients the scans of a picture have brought. */
export interface Progression {
  /** Adds a scan. Returns false if it is not due: coefficients come once, then bit by bit, and DC before AC. */
  add(scan: Scan): boolean;
  /** Whether no bit of any coefficient is missing. */
  isComplete(): boolean;
}

/** The largest bit position that a scan may leave for later (T.81, table B.3). */
const MAX_LOW = 13;
const NONE = -1;

export function createProgression(componentCount: number, isProgressive: boolean): Progression {
  /** For each component and coefficient, the number of its low bits that are missing; NONE if all are. */
  const missing = Array.from({ length: componentCount }, () => new Int8Array(64).fill(NONE));

  return {
    add({ components, first, last, high, low }) {
      if (!isValid({ components, first, last, high, low }, isProgressive)) return false;
      for (const { index } of components) {
        const bits = missing[index];
        if (bits === undefined || (first > 0 && bits[0] === NONE)) return false;
        const before = high === 0 ? NONE : high;
        if (bits.subarray(first, last + 1).some((each) => each !== before)) return false;
        bits.fill(low, first, last + 1);
      }
      return true;
    },
    isComplete: () => missing.every((bits) => bits.every((each) => each === 0)),
  };
}

function isValid({ components, first, last, high, low }: Scan, isProgressive: boolean): boolean {
  if (!isProgressive) return first === 0 && last === 63 && high === 0 && low === 0;
  // DC coefficients have scans of their own, AC ones those of one component (T.81, G.1.1.1.1).
  const isBand = first === 0 ? last === 0 : first <= last && last <= 63 && components.length === 1;
  return isBand && low <= MAX_LOW && (high === 0 || high === low + 1);
}
