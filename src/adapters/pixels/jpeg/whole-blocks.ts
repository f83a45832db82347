import type { Frame, FrameComponent } from './segments.ts';

const BLOCK = 8;

/** Which blocks of a picture are whole. */
export interface WholeBlocks {
  /** Marks MCUs of a scan, in their order, as damaged. A scan of one component has MCUs of one block (T.81, A.2.2). */
  damage(components: readonly number[], first: number, count: number): void;
  /** Marks all of the picture as damaged. */
  damageAll(): void;
  readonly isWhole: boolean;
  /** For each pixel, row by row, whether nothing of it is damaged: 1, or 0. */
  pixels(): Uint8Array;
}

/** The number of MCUs of a scan of these components. */
export function mcuCount(frame: Frame, components: readonly number[]): number {
  const { columns, rows } = gridOf(frame, components);
  return columns * rows;
}

function gridOf(frame: Frame, components: readonly number[]): { columns: number; rows: number } {
  const { width, height } = frame;
  const [maxH, maxV] = maxFactors(frame);
  const [only] = components.length === 1 ? components.map((index) => frame.components[index]) : [];
  const [h, v] = only === undefined ? [1, 1] : [only.h, only.v];
  const across = only === undefined ? maxH * BLOCK : BLOCK;
  const down = only === undefined ? maxV * BLOCK : BLOCK;
  const [samples, lines] = only === undefined ? [width, height] : [sizeOf(width, h, maxH), sizeOf(height, v, maxV)];
  return { columns: Math.ceil(samples / across), rows: Math.ceil(lines / down) };
}

/** How many rows of pixels the first MCUs of a scan of these components bring. */
export function rowsOf(frame: Frame, indices: readonly number[], mcus: number): number {
  const [, maxV] = maxFactors(frame);
  const [only, ...others] = indices;
  const v = only === undefined || others.length > 0 ? 1 : (frame.components[only]?.v ?? 1);
  const mcuRows = Math.floor(mcus / gridOf(frame, indices).columns);
  return Math.min(frame.height, mcuRows * BLOCK * (maxV / v));
}

function maxFactors({ components }: Frame): [number, number] {
  return [Math.max(...components.map(({ h }) => h)), Math.max(...components.map(({ v }) => v))];
}

/** The size of a component in samples. */
function sizeOf(size: number, factor: number, maxFactor: number): number {
  return Math.ceil((size * factor) / maxFactor);
}

export function createWholeBlocks(frame: Frame): WholeBlocks {
  const { width, height, components } = frame;
  const [maxH, maxV] = maxFactors(frame);
  /** Made when the first block is damaged. */
  let whole: Uint8Array | undefined;
  const pixels = () => (whole ??= new Uint8Array(width * height).fill(1));

  /** Marks the pixels that blocks of a component have a part in. Upsampling by two mixes a sample with its neighbours. */
  function damageBlocks({ h, v }: FrameComponent, column: number, row: number, across: number, down: number): void {
    const [wide, high] = [maxH / h, maxV / v];
    const left = Math.max(0, Math.floor(column * BLOCK * wide) - (wide === 2 ? 1 : 0));
    const right = Math.min(width, Math.ceil((column + across) * BLOCK * wide) + (wide === 2 ? 1 : 0));
    const top = Math.max(0, Math.floor(row * BLOCK * high) - (high === 2 ? 1 : 0));
    const bottom = Math.min(height, Math.ceil((row + down) * BLOCK * high) + (high === 2 ? 1 : 0));
    if (left === 0 && right === width) {
      pixels().fill(0, top * width, bottom * width);
      return;
    }
    for (let y = top; y < bottom; y++) if (right > left) pixels().fill(0, y * width + left, y * width + right);
  }

  /** Marks a rectangle of MCUs. */
  function damageMcus(indices: readonly number[], column: number, row: number, across: number, down: number): void {
    for (const index of indices) {
      const component = components[index];
      if (component === undefined) continue;
      const [h, v] = indices.length === 1 ? [1, 1] : [component.h, component.v];
      damageBlocks(component, column * h, row * v, across * h, down * v);
    }
  }

  return {
    damage(indices, first, count) {
      const { columns } = gridOf(frame, indices);
      const end = first + count;
      for (let mcu = first; mcu < end; ) {
        const [column, row] = [mcu % columns, Math.floor(mcu / columns)];
        const wholeRows = column === 0 ? Math.floor((end - mcu) / columns) : 0;
        const across = wholeRows > 0 ? columns : Math.min(columns - column, end - mcu);
        damageMcus(indices, column, row, across, Math.max(1, wholeRows));
        mcu += across * Math.max(1, wholeRows);
      }
    },
    damageAll: () => void pixels().fill(0),
    get isWhole() {
      return whole === undefined;
    },
    pixels,
  };
}
