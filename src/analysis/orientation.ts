import type { Pixels } from './pixels.ts';

/** EXIF's orientation: which way a stored picture is to be turned and mirrored to be seen upright. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** Where the stored pixel lies that is seen first (0 or 1 times the last column and row), and which way to walk on. */
interface Walk {
  readonly fromRight: boolean;
  readonly fromBottom: boolean;
  /** Whether rows as seen are columns as stored. */
  readonly swapped: boolean;
}

// EXIF 2.32, tag 0x0112: what row 0 and column 0 of the stored picture are as seen.
const WALKS: Record<Orientation, Walk> = {
  1: { fromRight: false, fromBottom: false, swapped: false },
  2: { fromRight: true, fromBottom: false, swapped: false },
  3: { fromRight: true, fromBottom: true, swapped: false },
  4: { fromRight: false, fromBottom: true, swapped: false },
  5: { fromRight: false, fromBottom: false, swapped: true },
  6: { fromRight: false, fromBottom: true, swapped: true },
  7: { fromRight: true, fromBottom: true, swapped: true },
  8: { fromRight: true, fromBottom: false, swapped: true },
};

/** The picture as it is to be seen; orientations 5 to 8 exchange width and height. */
export function orient(pixels: Pixels, orientation: Orientation): Pixels {
  if (orientation === 1) return pixels;
  const { fromRight, fromBottom, swapped } = WALKS[orientation];
  const source = pixels.data;
  const alongX = fromRight ? -3 : 3;
  const alongY = fromBottom ? -pixels.width * 3 : pixels.width * 3;
  const first = (fromRight ? pixels.width - 1 : 0) * 3 + (fromBottom ? pixels.height - 1 : 0) * pixels.width * 3;
  const [width, height] = swapped ? [pixels.height, pixels.width] : [pixels.width, pixels.height];
  const [across, down] = swapped ? [alongY, alongX] : [alongX, alongY];

  const data = new Uint8Array(source.length);
  let to = 0;
  for (let y = 0; y < height; y++) {
    let from = first + y * down;
    for (let x = 0; x < width; x++) {
      data[to] = source[from] as number;
      data[to + 1] = source[from + 1] as number;
      data[to + 2] = source[from + 2] as number;
      to += 3;
      from += across;
    }
  }
  return { width, height, data };
}
