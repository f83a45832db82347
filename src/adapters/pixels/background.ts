/** The colour that transparent pictures are laid over, as levels of 0 to 255. */
export type Background = readonly [red: number, green: number, blue: number];

export const WHITE: Background = [255, 255, 255];

/**
 * Lays an 8-bit level, not premultiplied, over one of the background: (alpha * level + (255 - alpha) * under) / 255,
 * rounded to the nearest integer (there are no ties).
 */
export function blend(level: number, alpha: number, under: number): number {
  // With `| 0` the compiler divides integers, which it turns into a multiplication.
  return ((alpha * level + (255 - alpha) * under + 127) / 255) | 0;
}

/** Fills pixels with the background. */
export function fill(rgb: Uint8Array, [red, green, blue]: Background): void {
  for (let at = 0; at < rgb.length; at += 3) {
    rgb[at] = red;
    rgb[at + 1] = green;
    rgb[at + 2] = blue;
  }
}
