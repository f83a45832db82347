import type { BmpHeader } from './header.ts';

/** The escapes that follow a zero. */
const [END_OF_LINE, END_OF_PICTURE, DELTA] = [0, 1, 2];

interface Expanded {
  readonly samples: Uint8Array;
  readonly rows: number;
}

/**
 * Expands RLE8 and RLE4 to a byte for each pixel, in the order of the file. What runs over the end of a row or of the
 * picture is dropped, and what is left out is 0. `rows` is how many rows are whole: fewer than the height if the data
 * ends early.
 */
export function expandRuns(data: Uint8Array, { width, height, bitsPerPixel }: BmpHeader): Expanded {
  const out = new Uint8Array(width * height);
  const isNibbles = bitsPerPixel === 4;
  let [x, y, at] = [0, 0, 0];

  /** Takes so many pixels. What lies beyond the row costs no time. */
  function put(count: number, valueAt: (index: number) => number): void {
    const end = Math.min(count, width - x);
    for (let index = 0; index < end; index++) out[y * width + x + index] = valueAt(index);
    x += count;
  }

  while (y < height) {
    // Without the last end of a line, or of the picture, all of it may be there.
    if (at + 2 > data.length) {
      const isWhole = y === height - 1 && x >= width;
      return { samples: out, rows: isWhole ? height : y };
    }
    const count = data[at] as number;
    const value = data[at + 1] as number;
    at += 2;
    if (count > 0) {
      put(count, (index) => (isNibbles ? nibble(value, index) : value));
    } else if (value === END_OF_LINE) {
      x = 0;
      y++;
    } else if (value === END_OF_PICTURE) {
      return { samples: out, rows: height };
    } else if (value === DELTA) {
      if (at + 2 > data.length) return { samples: out, rows: y };
      x += data[at] as number;
      y += data[at + 1] as number;
      at += 2;
    } else {
      const bytes = isNibbles ? Math.ceil(value / 2) : value;
      if (at + bytes > data.length) return { samples: out, rows: y };
      const from = at;
      put(value, (index) =>
        isNibbles ? nibble(data[from + (index >> 1)] as number, index) : (data[from + index] as number),
      );
      // Literal pixels are padded to 16 bits.
      at += bytes + (bytes % 2);
    }
  }
  return { samples: out, rows: height };
}

function nibble(byte: number, index: number): number {
  return index % 2 === 0 ? byte >> 4 : byte & 15;
}
