import { isSequential, type Scan } from './segments.ts';

/** Which bits of which coefficients the scans of a picture have brought. */
export interface Progression {
  /**
   * Adds a scan. Coefficients are `due` once, then bit by bit, and DC before AC. Scans in another order are `undue`, which
   * decoders accept. What a scan refines although it has not come, or not as far, stays missing. An `invalid` scan is not added.
   */
  add(scan: Scan): 'due' | 'undue' | 'invalid';
  /** Whether no bit of any coefficient is missing. */
  isComplete(): boolean;
  /** What is missing of a component: all, at least the DC coefficients, or some bits of others. */
  missingOf(component: number): 'all' | 'first' | 'last' | undefined;
}

/** The largest bit position that a scan may leave for later (T.81, table B.3). */
const MAX_LOW = 13;
const NONE = -1;

export function createProgression(componentCount: number, isProgressive: boolean): Progression {
  /** For each component and coefficient, the number of its low bits that are missing; NONE if all are. */
  const missing = Array.from({ length: componentCount }, () => new Int8Array(64).fill(NONE));

  return {
    add(scan) {
      const { components, first, last, high } = scan;
      if (!isValid(scan, isProgressive)) return 'invalid';
      const before = high === 0 ? NONE : high;
      let isDue = true;
      for (const { index } of components) {
        const bits = missing[index];
        if (bits === undefined) return 'invalid';
        isDue &&= first === 0 || bits[0] !== NONE;
        const band = bits.subarray(first, last + 1);
        isDue &&= band.every((each) => each === before);
        // The kernel adds the coefficients of a sequential scan to zeros.
        if (!isDue && !isProgressive) return 'invalid';
        for (const [k, each] of band.entries()) band[k] = bitsAfter(each, scan);
      }
      return isDue ? 'due' : 'undue';
    },
    isComplete: () => missing.every(isNone),
    missingOf(component) {
      const bits = missing[component];
      if (bits === undefined || isNone(bits)) return undefined;
      if (bits[0] !== NONE) return 'last';
      return bits.every((each) => each === NONE) ? 'all' : 'first';
    },
  };
}

/** How many low bits of a coefficient are missing after a scan, if so many were before. */
function bitsAfter(missing: number, { first, high, low }: Scan): number {
  if (high === 0 || missing === high) return low;
  // A bit of a DC coefficient that comes again changes nothing.
  return first === 0 && missing < high ? missing : NONE;
}

function isNone(bits: Int8Array): boolean {
  return bits.every((each) => each === 0);
}

function isValid({ components, first, last, high, low }: Scan, isProgressive: boolean): boolean {
  if (!isProgressive) return isSequential({ components, first, last, high, low });
  // DC coefficients have scans of their own, AC ones those of one component (T.81, G.1.1.1.1).
  const isBand = first === 0 ? last === 0 : first <= last && last <= 63 && components.length === 1;
  return isBand && low <= MAX_LOW && (high === 0 || high === low + 1);
}
