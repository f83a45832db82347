import { PARTS_OF_LEVEL } from './planes.ts';

/** What a level comes to in the sum over nine pixels of the lightness. */
export const LEVEL = PARTS_OF_LEVEL * 9;

/** Sums over nine pixels, of which three are added up beforehand. */
export interface Columns {
  /** Of each pixel `x` of a row and those above and below it, at `x + 1`; 0 at both ends. */
  readonly sums: Int32Array;
  /** How many pixels high they are: fewer than three in the first row and in the last. */
  tall: number;
}

export function createColumns(width: number): Columns {
  return { sums: new Int32Array(width + 2), tall: 0 };
}

/** Those of the row `y` of a plane. */
export function fillColumns(columns: Columns, plane: Int16Array, y: number): void {
  const width = columns.sums.length - 2;
  const height = plane.length / width;
  const here = y * width;
  // Outside of the picture there is nothing: the row itself stands in, and is taken off again.
  const above = y > 0 ? here - width : here;
  const below = y + 1 < height ? here + width : here;
  const extra = (y > 0 ? 0 : 1) + (y + 1 < height ? 0 : 1);
  columns.tall = 3 - extra;
  const { sums } = columns;
  for (let x = 0; x < width; x++) {
    const middle = plane[here + x] as number;
    sums[x + 1] = (plane[above + x] as number) + middle + (plane[below + x] as number) - extra * middle;
  }
}
