import type { Pixels } from '../../src/analysis/pixels.ts';

/**
 * The area of all regions by the plain formula (docs/techniques/changed.md), for comparison with `changed@1`. Not
 * optimized.
 */
export function plainArea(reference: Pixels, image: Pixels): number {
  const { width, height } = image;
  const marks = new Uint8Array(width * height);
  for (let channel = 0; channel < 3; channel++) markChannel(reference, image, channel, marks);
  let area = 0;
  for (let pixel = 0; pixel < marks.length; pixel++) {
    const region = marks[pixel] === 0 ? 0 : floodFill(marks, width, pixel);
    if (region >= 9) area += region;
  }
  return area;
}

/** Marks pixels whose 3 × 3 mean exceeds 5 σ. */
function markChannel(reference: Pixels, image: Pixels, channel: number, marks: Uint8Array): void {
  const { width, height } = image;
  const raw = Int16Array.from(
    marks,
    (_, p) => (image.data[3 * p + channel] as number) - (reference.data[3 * p + channel] as number),
  );
  const median = medianOf(raw);
  const differences = raw.map((d) => d - median);
  const sigma = Math.max(1, 1.4826 * medianOf(differences.map(Math.abs)));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let [sum, count] = [0, 0];
      for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++) {
        for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++, count++) {
          sum += differences[v * width + u] as number;
        }
      }
      if (Math.abs(sum / count) > (5 * sigma) / Math.sqrt(count)) marks[y * width + x] = 1;
    }
  }
}

function medianOf(values: Int16Array): number {
  return values.slice().sort()[values.length >> 1] as number;
}

/** Counts the pixels that are connected to a marked pixel, and clears their marks (flood fill). */
function floodFill(marks: Uint8Array, width: number, from: number): number {
  const stack = [from];
  marks[from] = 0;
  let area = 0;
  for (let pixel = stack.pop(); pixel !== undefined; pixel = stack.pop()) {
    area++;
    const x = pixel % width;
    for (const row of [pixel - width, pixel, pixel + width]) {
      for (let next = row - (x > 0 ? 1 : 0); next <= row + (x + 1 < width ? 1 : 0); next++) {
        if (!marks[next]) continue;
        marks[next] = 0;
        stack.push(next);
      }
    }
  }
  return area;
}
