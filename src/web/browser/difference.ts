/** Differences of two pictures, D = image - reference for each channel, on a choice of scales. */

export const SCALES = ['stored', 'absolute', 'amplified', 'signed'] as const;

/** How differences become levels. `stored` is the difference image of the event. */
export type Scale = (typeof SCALES)[number];

/** The level for each D from -255 (index 0) to 255, clamped to 0 to 255. */
export function levelsOf(scale: Exclude<Scale, 'stored'>, k: number): Uint8ClampedArray {
  const levels = new Uint8ClampedArray(511);
  for (let d = -255; d <= 255; d++) {
    levels[d + 255] = scale === 'signed' ? 128 + d * k : Math.abs(d) * (scale === 'amplified' ? k : 1);
  }
  return levels;
}

/** Replaces the RGBA bytes of `after` with the differences, opaque. */
export function drawDifferences(after: Uint8ClampedArray, before: Uint8ClampedArray, levels: Uint8ClampedArray): void {
  for (let i = 0; i < after.length; i += 4) {
    for (let c = i; c < i + 3; c++) {
      after[c] = levels[(after[c] ?? 0) - (before[c] ?? 0) + 255] ?? 0;
    }
    after[i + 3] = 255;
  }
}

/** A difference with its sign: `+3`, `−12`, `0`. */
export function signedText(difference: number): string {
  if (difference === 0) return '0';
  return difference > 0 ? `+${difference}` : `−${-difference}`;
}
