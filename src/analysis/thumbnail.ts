import type { Pixels } from './pixels.ts';

/**
 * Scales a picture down to fit into `side` × `side` pixels; a picture that fits is returned as it is. The aspect ratio
 * is kept as closely as whole pixels allow, with at least one pixel each way.
 *
 * Area averaging: from `w` × `h` to `W` × `H` pixels, each pixel of the result is the mean of the `w/W` × `h/H` source
 * pixels that it covers, with partially covered pixels weighted by the covered fraction. The mean is exact and rounded
 * half up.
 */
export function thumbnail(pixels: Pixels, side: number): Pixels {
  const { width, height } = pixels;
  const longest = Math.max(width, height);
  if (longest <= side) return pixels;
  const size = { width: shortened(width, side, longest), height: shortened(height, side, longest) };
  const data = new Uint8Array(size.width * size.height * 3);
  const row = new Int32Array(size.width * 3);
  // Sums stay below 2^53: for 65,500 × 65,500 pixels they reach 2^40.
  const sums = new Float64Array(size.width * 3);
  // A source pixel has W units of width and H units of height, so that all fractions are whole numbers.
  let to = 0;
  let wanted = height;
  for (let y = 0; y < height; y++) {
    sumRow(pixels, y, row);
    const parts = Math.min(size.height, wanted);
    add(sums, row, parts);
    wanted -= parts;
    if (wanted > 0) continue;
    writeMeans(sums, width * height, data, to);
    to += sums.length;
    const left = size.height - parts;
    sums.fill(0);
    add(sums, row, left);
    wanted = height - left;
  }
  return { ...size, data };
}

function shortened(length: number, side: number, longest: number): number {
  return Math.max(1, Math.round((length * side) / longest));
}

/** Computes the horizontal sums of a source row for each of the `W` result pixels, in units of 1 / `W` source pixel. */
function sumRow({ width, data }: Pixels, y: number, row: Int32Array): void {
  const parts = row.length / 3;
  let from = y * width * 3;
  // The units of the pixel before `from` that belong to the next result pixel.
  let left = 0;
  for (let to = 0; to < row.length; to += 3) {
    const wanted = width - left;
    const whole = Math.floor(wanted / parts);
    let [red, green, blue] = [0, 0, 0];
    const start = from;
    for (const end = from + whole * 3; from < end; from += 3) {
      red += data[from] as number;
      green += data[from + 1] as number;
      blue += data[from + 2] as number;
    }
    const before = left > 0 ? start - 3 : start;
    const rest = wanted - whole * parts;
    const after = rest > 0 ? from : before;
    row[to] = left * (data[before] as number) + parts * red + rest * (data[after] as number);
    row[to + 1] = left * (data[before + 1] as number) + parts * green + rest * (data[after + 1] as number);
    row[to + 2] = left * (data[before + 2] as number) + parts * blue + rest * (data[after + 2] as number);
    left = 0;
    if (rest > 0) {
      left = parts - rest;
      from += 3;
    }
  }
}

function add(sums: Float64Array, row: Int32Array, parts: number): void {
  if (parts === 0) return;
  for (let index = 0; index < sums.length; index++) {
    sums[index] = (sums[index] as number) + parts * (row[index] as number);
  }
}

/** Doubles are precise enough: a fractional quotient is further from the next integer than its rounding error. */
function writeMeans(sums: Float64Array, count: number, data: Uint8Array, to: number): void {
  for (let index = 0; index < sums.length; index++) {
    data[to + index] = Math.floor((2 * (sums[index] as number) + count) / (2 * count));
  }
}
