/** How many pixels of a row are looked at together: a multiple of 16. */
export const CAPACITY: i32 = 2048;
/** The rows of a block, and its columns. */
export const BLOCK: i32 = 8;
/** How many blocks lie side by side in a part. */
export const BLOCKS: i32 = CAPACITY / BLOCK;

export function capacity(): i32 {
  return CAPACITY;
}
