/**
 * The weights of red, green and blue in the lightness, in 64ths: JPEG's (0.299, 0.587, 0.114) as near as 64ths come, so
 * that what JPEG does to the colours leaves the lightness alone.
 */
export const [RED, GREEN, BLUE] = [19, 38, 7] as const;
export const PARTS_OF_LEVEL = 64;
