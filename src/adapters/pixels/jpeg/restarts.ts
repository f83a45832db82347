/** The entropy-coded data of a scan, cut at its restart markers. */
export interface ScanData {
  /** Where each piece starts, and the number of the restart marker before it, 0 to 7; null for the first. */
  readonly pieces: readonly { readonly start: number; readonly number: number | null }[];
  /** Where the data end: at a marker, or at the end of the file. */
  readonly end: number;
  /** Whether no marker follows. */
  readonly isLast: boolean;
}

const RST0 = 0xd0;
const RST7 = 0xd7;
/** The numbers of restart markers repeat after so many. */
export const MARKER_NUMBERS = 8;
/** Smaller codes are reserved: after 0xff they can only be damaged data. */
const FIRST_CODE = 0xc0;
/** As many restart markers after one that is missing are taken for those after it, and any others for earlier ones. */
const MAX_AHEAD = 4;

/** Finds the pieces of a scan whose data start at an index. Keeps at most `limit` of them. */
export function findScanData(bytes: Uint8Array, from: number, limit: number): ScanData {
  const pieces: { start: number; number: number | null }[] = [{ start: from, number: null }];
  for (let at = from; ; ) {
    at = bytes.indexOf(0xff, at);
    if (at < 0) return { pieces, end: bytes.length, isLast: true };
    const first = at;
    while (bytes[at] === 0xff) at++;
    const code = bytes[at];
    if (code === undefined) return { pieces, end: first, isLast: true };
    if (code >= RST0 && code <= RST7) {
      if (pieces.length < limit) pieces.push({ start: at + 1, number: code - RST0 });
    } else if (code >= FIRST_CODE) {
      return { pieces, end: first, isLast: false };
    }
    at++;
  }
}

/** As many zeros in a row are no data, but the place of data that was never written. */
const MIN_ZEROS = 64;
const ZEROS = Buffer.alloc(MIN_ZEROS);

/** Where the first long run of zeros in a piece of a scan starts; undefined if there is none. */
export function findZeros(bytes: Uint8Array, from: number, end: number): number | undefined {
  const at = Buffer.from(bytes.buffer, bytes.byteOffset + from, end - from).indexOf(ZEROS);
  return at < 0 ? undefined : from + at;
}

/** Where the data of each restart interval start; undefined for one that is missing. */
export interface Intervals {
  readonly starts: readonly (number | undefined)[];
  /** Whether the restart markers do not have the numbers that they should have. */
  readonly misnumbered: boolean;
  /** Whether there are more than the picture needs. */
  readonly surplus: boolean;
}

/**
 * Assigns the pieces of a scan to its `expected` restart intervals. As many pieces as intervals are in order, whatever their
 * numbers are. Else the numbers tell which are missing, if they can.
 */
export function assignIntervals({ pieces }: ScanData, expected: number): Intervals {
  const isInOrder = pieces
    .slice(0, expected)
    .every(({ number }, index) => number === null || number === (index - 1) % 8);
  if (pieces.length === expected || (pieces.length > expected && isInOrder)) {
    const starts = pieces.slice(0, expected).map(({ start }) => start);
    return { starts, misnumbered: !isInOrder, surplus: pieces.length > expected };
  }
  const starts = new Array<number | undefined>(expected).fill(undefined);
  let last = -1;
  let firstMissing: number | undefined;
  for (const { start, number } of pieces) {
    const ahead = number === null ? 0 : (number - (last % 8) + 8) % 8;
    if (ahead > MAX_AHEAD) continue;
    if (ahead > 0) firstMissing ??= last + 1;
    last += ahead + 1;
    if (last < expected) starts[last] = start;
  }
  // Where as many are missing as the numbers repeat after, it is unknown which they are.
  if (firstMissing !== undefined && last < expected - MARKER_NUMBERS) starts.fill(undefined, firstMissing);
  return { starts, misnumbered: false, surplus: last >= expected };
}
