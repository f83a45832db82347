import type { Bands, Bounds, PlaneSums } from './bands.ts';
import { BLOCK } from './blocks.ts';
import { type ChangedKernel, createChangedKernel } from './kernel.ts';
import type { Pair } from './planes.ts';

/** So many pixels more than there are may be gone over. */
const BEYOND = 15;

/** By WebAssembly's vectors; undefined where there are none. Pictures of any width go through its few pages of memory. */
export function createSimd(): Bands | undefined {
  const kernel = createChangedKernel();
  if (kernel === undefined) return undefined;
  return { survey: createSurvey(kernel), mark: createMark(kernel) };
}

function createSurvey(kernel: ChangedKernel): Bands['survey'] {
  const { buffer } = kernel.memory;
  const most = kernel.capacity();
  const before = new Uint8Array(buffer, kernel.before(), BLOCK * most * 3);
  const after = new Uint8Array(buffer, kernel.after(), BLOCK * most * 3);
  const looked = new Uint8Array(buffer, kernel.looked(), BLOCK * most);
  const lightness = new Int16Array(buffer, kernel.lightness(), BLOCK * most);
  const sums = new Int32Array(buffer, kernel.sums(), (6 * most) / BLOCK);

  return ({ reference, image, mask, offsets }: Pair, band: number, plane: Int16Array, to: PlaneSums) => {
    const { width, height } = image;
    const [red, green, blue] = offsets as [number, number, number];
    const across = Math.ceil(width / BLOCK);
    const top = band * BLOCK;
    const rows = Math.min(BLOCK, height - top);
    for (let left = 0; left < width; left += most) {
      const pixels = Math.min(most, width - left);
      for (let row = 0; row < rows; row++) {
        const [at, from] = [row * most, (top + row) * width + left];
        before.set(reference.data.subarray(3 * from, 3 * (from + pixels)), 3 * at);
        after.set(image.data.subarray(3 * from, 3 * (from + pixels)), 3 * at);
        if (mask === undefined) looked.fill(1, at, at + pixels);
        else looked.set(mask.looked.subarray(from, from + pixels), at);
        // Past the end of the row lies what was there before.
        looked.fill(0, at + pixels, at + Math.min(pixels + BEYOND, most));
      }
      kernel.survey(pixels, rows, red, green, blue);
      for (let row = 0; row < rows; row++) {
        plane.set(lightness.subarray(row * most, row * most + pixels), (top + row) * width + left);
      }
      const blocks = Math.ceil(pixels / BLOCK);
      const first = band * across + left / BLOCK;
      [to.lightness.signed, to.blue.signed, to.red.signed, to.lightness.sizes, to.blue.sizes, to.red.sizes].forEach(
        (target, kind) => {
          const start = (kind * most) / BLOCK;
          target.set(sums.subarray(start, start + blocks), first);
        },
      );
    }
  };
}

function createMark(kernel: ChangedKernel): Bands['mark'] {
  const { buffer } = kernel.memory;
  const [most, stride] = [kernel.capacity(), kernel.stride()];
  const smoothed = new Int16Array(buffer, kernel.smoothed(), (BLOCK + 2) * stride);
  const marked = new Int32Array(buffer, kernel.marked(), most / BLOCK);
  const sure = new Int32Array(buffer, kernel.sure(), most / BLOCK);
  const found = new Uint8Array(buffer, kernel.marks(), BLOCK * most);

  return (plane: Int16Array, width: number, band: number, bounds: Bounds, marks: Uint8Array) => {
    const height = plane.length / width;
    const across = Math.ceil(width / BLOCK);
    const top = Math.max(1, band * BLOCK);
    const rows = Math.min((band + 1) * BLOCK, height - 1) - top;
    let anySure = false;
    for (let column = 1; column < across - 1 && rows > 0; column += most / BLOCK) {
      const blocks = Math.min(most / BLOCK, across - 1 - column);
      const [left, pixels] = [column * BLOCK, blocks * BLOCK];
      for (let row = 0; row < rows + 2; row++) {
        const from = (top - 1 + row) * width + left;
        smoothed.set(plane.subarray(from - 1, from + pixels + 1), row * stride);
      }
      // Sums are whole numbers: they are beyond a bound where they are beyond its whole part.
      const first = band * across + column;
      marked.set(bounds.marked.subarray(first, first + blocks));
      sure.set(bounds.sure.subarray(first, first + blocks));
      const rowsMarked = kernel.mark(blocks, rows, bounds.centre);
      if (kernel.isSure() === 1) anySure = true;
      for (let row = 0; row < rows; row++) {
        if ((rowsMarked & (1 << row)) === 0) continue;
        marks.set(found.subarray(row * most, row * most + pixels), (top + row) * width + left);
      }
    }
    return anySure;
  };
}
