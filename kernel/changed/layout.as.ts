/** How many pixels of a row are processed in one call: a multiple of 16. */
export const CAPACITY: i32 = 2048;
/** The side of a block. */
export const BLOCK: i32 = 8;
/** The number of blocks in a row of `CAPACITY` pixels. */
export const BLOCKS: i32 = CAPACITY / BLOCK;

export function capacity(): i32 {
  return CAPACITY;
}
