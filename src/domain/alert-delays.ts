/** The upper bounds of the histogram of alert delays, in seconds. Catalogs store a count for each: those here stay. */
export const DELAY_BOUNDS: readonly number[] = [
  0.01,
  0.025,
  0.05,
  0.1,
  0.25,
  0.5,
  1,
  2.5,
  5,
  10,
  30,
  60,
  300,
  3600,
  Number.POSITIVE_INFINITY,
];
