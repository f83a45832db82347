import type { Bands, Bounds, PlaneSums } from './bands.ts';
import { addRow, BLOCK } from './blocks.ts';
import { fillPlanes, type Pair } from './planes.ts';
import { MARKED, SURE } from './region-sum.ts';
import { createColumns, fillColumns } from './smoothing.ts';

/** In plain TypeScript: for machines without vectors, and what the other ways are held against. */
export const PLAIN: Bands = { survey, mark };

function survey(pair: Pair, band: number, plane: Int16Array, sums: PlaneSums): void {
  const { width, height } = pair.image;
  const [blue, red] = [new Int16Array(width), new Int16Array(width)];
  const first = band * Math.ceil(width / BLOCK);
  for (let y = band * BLOCK; y < Math.min((band + 1) * BLOCK, height); y++) {
    const lightness = plane.subarray(y * width, (y + 1) * width);
    fillPlanes(pair, y, { lightness, blue, red });
    addRow(sums.lightness, first, lightness);
    addRow(sums.blue, first, blue);
    addRow(sums.red, first, red);
  }
}

function mark(plane: Int16Array, width: number, band: number, bounds: Bounds, marks: Uint8Array): boolean {
  const height = plane.length / width;
  const across = Math.ceil(width / BLOCK);
  const columns = createColumns(width);
  let anySure = false;
  for (let y = Math.max(1, band * BLOCK); y < Math.min((band + 1) * BLOCK, height - 1); y++) {
    fillColumns(columns, plane, y);
    for (let column = 1; column < across - 1; column++) {
      const block = band * across + column;
      const [marked, sure] = [bounds.marked[block] as number, bounds.sure[block] as number];
      for (let x = column * BLOCK; x < (column + 1) * BLOCK; x++) {
        const sum = (columns[x] as number) + (columns[x + 1] as number) + (columns[x + 2] as number) - bounds.centre;
        const size = sum < 0 ? -sum : sum;
        if (size <= marked) continue;
        marks[y * width + x] = size > sure ? SURE : MARKED;
        if (size > sure) anySure = true;
      }
    }
  }
  return anySure;
}
