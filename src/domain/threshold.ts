/** The unit of a threshold: levels of brightness, pixels, percent of a picture's pixels, or the score of a program's technique. */
export const THRESHOLD_UNITS = ['levels', 'px', '%', 'score'] as const;

export type ThresholdUnit = (typeof THRESHOLD_UNITS)[number];

/** A measurement greater than this makes an event. */
export interface Threshold {
  readonly value: number;
  readonly unit: ThresholdUnit;
}

/** A threshold as text: `2000`, `400px`, `0.1%`. */
export function thresholdText({ value, unit }: Threshold): string {
  return unit === 'levels' || unit === 'score' ? String(value) : `${value}${unit}`;
}

export function sameThreshold(a: Threshold, b: Threshold): boolean {
  return a.value === b.value && a.unit === b.unit;
}

/** A threshold in the technique's own unit, for a picture of this size. */
export function limitOf(
  { value, unit }: Threshold,
  picture: { readonly width: number; readonly height: number },
): number {
  return unit === '%' ? (value / 100) * picture.width * picture.height : value;
}
