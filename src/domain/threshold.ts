/** The unit of a threshold: levels of brightness, pixels, percent of a picture's pixels, or the score of a program's technique. */
export const THRESHOLD_UNITS = ['levels', 'px', '%', 'score'] as const;

export type ThresholdUnit = (typeof THRESHOLD_UNITS)[number];

/** What a measurement must be above to be an event. */
export interface Threshold {
  readonly value: number;
  readonly unit: ThresholdUnit;
}

/** A threshold as it is typed: `2000`, `400px`, `0.1%`. */
export function thresholdText({ value, unit }: Threshold): string {
  return unit === 'levels' || unit === 'score' ? String(value) : `${value}${unit}`;
}

export function sameThreshold(a: Threshold, b: Threshold): boolean {
  return a.value === b.value && a.unit === b.unit;
}

/** What a picture's measurement must be above, in the technique's own unit. */
export function limitOf(
  { value, unit }: Threshold,
  picture: { readonly width: number; readonly height: number },
): number {
  return unit === '%' ? (value / 100) * picture.width * picture.height : value;
}
