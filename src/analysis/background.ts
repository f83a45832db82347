/**
 * A level of 8 bits, not premultiplied, laid over white: (alpha * level + (255 - alpha) * 255) / 255, rounded to the nearest
 * integer (there are no ties).
 */
export function overWhite(level: number, alpha: number): number {
  // What is cut by `| 0` is divided as integers, by a product.
  return ((alpha * level + (255 - alpha) * 255 + 127) / 255) | 0;
}
