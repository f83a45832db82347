import { ZIGZAG } from '../../../src/adapters/pixels/jpeg/tables.ts';
import { below, pick, seeded } from '../random.ts';
import type { JpegDescription } from './description.ts';

/** The quantized coefficients of a component: 64 for each block, in coding order. Its blocks fill whole MCUs. */
export interface CoefficientPlane {
  readonly columns: number;
  /** The size in blocks without those that only fill MCUs. */
  readonly ownColumns: number;
  readonly ownRows: number;
  readonly blocks: Int16Array;
}

/** cos((2 x + 1) u π / 16), normalized, in units of 2⁻¹³: row by row for u. */
const BASIS = Float64Array.from({ length: 64 }, (_, at) => {
  const [u, x] = [at >> 3, at & 7];
  return Math.round((u === 0 ? Math.SQRT1_2 : 1) * Math.cos(((2 * x + 1) * u * Math.PI) / 16) * 4096);
});

/** Draws each component, and transforms it. All sums are integers, which are exact. */
export function drawPlanes(description: JpegDescription, steps: readonly (readonly number[])[]): CoefficientPlane[] {
  const { width, height, components } = description;
  const [maxH, maxV] = [Math.max(...components.map(({ h }) => h)), Math.max(...components.map(({ v }) => v))];
  const isSingle = components.length === 1;
  const [mcuColumns, mcuRows] = [Math.ceil(width / (8 * maxH)), Math.ceil(height / (8 * maxV))];
  return components.map(({ h, v }, index) => {
    const ownColumns = Math.ceil(Math.ceil((width * h) / maxH) / 8);
    const ownRows = Math.ceil(Math.ceil((height * v) / maxV) / 8);
    const columns = isSingle ? ownColumns : mcuColumns * h;
    const rows = isSingle ? ownRows : mcuRows * v;
    const samples = draw(description, index, columns * 8, rows * 8);
    const blocks = new Int16Array(columns * rows * 64);
    for (let block = 0; block < columns * rows; block++) {
      const at = Math.floor(block / columns) * 8 * columns * 8 + (block % columns) * 8;
      transform(samples, at, columns * 8, steps[index] ?? [], blocks.subarray(block * 64, block * 64 + 64));
    }
    return { columns, ownColumns, ownRows, blocks };
  });
}

/** Samples less the middle of their range. */
function draw({ seed, precision, content }: JpegDescription, index: number, width: number, height: number): Int16Array {
  const random = seeded(seed * 4 + index + 5e6);
  const white = 2 ** precision - 1;
  const [across, down, start] = [below(random, 400) - 200, below(random, 400) - 200, below(random, white + 1)];
  const [noise, stripe, cell] = [pick(random, [0, 1, 2, 6]), below(random, white + 1), 1 + below(random, 5)];
  const samples = new Int16Array(width * height);
  for (let at = 0; at < samples.length; at++) {
    const x = at % width;
    const y = (at - x) / width;
    let level = start;
    if (content === 'noise') level = below(random, white + 1);
    else if (content === 'edges') level = (Math.floor(x / cell) + Math.floor(y / cell)) % 2 === 0 ? white : stripe;
    else if (content === 'scene') {
      const isStripe = (Math.floor(x / 5) + Math.floor(y / 7)) % 3 === 0;
      level = isStripe ? stripe : start + Math.floor(((x * across + y * down) * white) / 12_800);
      if (noise > 0) level += Math.floor(((below(random, 2 * noise + 1) - noise) * white) / 255);
    }
    samples[at] = Math.min(white, Math.max(0, level)) - 2 ** (precision - 1);
  }
  return samples;
}

const rows = new Float64Array(64);

/** The forward DCT (T.81, A.3.3) and quantization of a block. */
function transform(samples: Int16Array, from: number, stride: number, steps: readonly number[], to: Int16Array): void {
  for (let y = 0; y < 8; y++) {
    for (let u = 0; u < 8; u++) {
      let sum = 0;
      for (let x = 0; x < 8; x++) sum += (samples[from + y * stride + x] as number) * (BASIS[u * 8 + x] as number);
      rows[y * 8 + u] = sum;
    }
  }
  for (let k = 0; k < 64; k++) {
    const at = ZIGZAG[k] ?? 0;
    let sum = 0;
    for (let y = 0; y < 8; y++) sum += (rows[y * 8 + (at & 7)] as number) * (BASIS[(at & 56) + y] as number);
    const divisor = (steps[at] ?? 1) * 4 * 4096 * 4096;
    to[k] = Math.sign(sum) * Math.floor((Math.abs(sum) + divisor / 2) / divisor);
  }
}
