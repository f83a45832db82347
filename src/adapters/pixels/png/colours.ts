import { type Background, blend } from '../background.ts';
import type { Notes } from '../notes.ts';
import { type ColourTable, colourTable } from './colour-table.ts';
import type { PngContents } from './contents.ts';

/** The destination of a row of pixels: the first at `at`, each of the others `step` bytes after the previous one. */
export interface RowTarget {
  readonly rgb: Uint8Array;
  readonly columns: number;
  readonly at: number;
  readonly step: number;
}

/** Writes a row of unfiltered samples as 8-bit RGB, laid over the background. */
export type PaintRow = (samples: Uint8Array, target: RowTarget) => void;

/**
 * The function that converts the rows of a picture. Colours outside its palette become a note. Throws `undecodable` if
 * PLTE is corrupt.
 */
export function rowPainter(contents: PngContents, background: Background): PaintRow {
  const { colour, depth, transparency, notes } = contents;
  if (colour === 3 || (colour === 0 && depth <= 8)) return fromTable(colourTable(contents, background), depth, notes);
  if (colour === 4 || colour === 6) return withAlpha(colour === 6, depth, background);
  return opaque(colour === 2, depth, background, transparency);
}

/** Each sample is an index; the first sample has the high-order bits of a byte (section 7.2). */
function fromTable(table: ColourTable, depth: number, notes: Notes): PaintRow {
  const mask = 2 ** depth - 1;
  return (samples, { rgb, columns, at, step }) => {
    const end = at + columns * step;
    let to = at;
    let signs = 0;
    for (let i = 0; to < end; i++) {
      const byte = samples[i] as number;
      for (let shift = 8 - depth; shift >= 0 && to < end; shift -= depth) {
        const colour = table[(byte >> shift) & mask] as number;
        signs |= colour;
        rgb[to] = colour;
        rgb[to + 1] = colour >> 8;
        rgb[to + 2] = colour >> 16;
        to += step;
      }
    }
    // Negative if any colour was negative: one check for the whole row.
    if (signs < 0) notes.add('colours outside the palette are shown as black');
  };
}

/** With an alpha channel. Of 16-bit samples only the high bytes are used, here and below. */
function withAlpha(isRgb: boolean, depth: number, [red, green, blue]: Background): PaintRow {
  const bytes = depth / 8;
  const [toGreen, toBlue, toAlpha] = isRgb ? [bytes, 2 * bytes, 3 * bytes] : [0, 0, bytes];
  const pixel = toAlpha + bytes;
  return (samples, { rgb, columns, at, step }) => {
    let to = at;
    for (let from = 0; from < columns * pixel; from += pixel) {
      const opacity = samples[from + toAlpha] as number;
      if (opacity === 255) {
        rgb[to] = samples[from] as number;
        rgb[to + 1] = samples[from + toGreen] as number;
        rgb[to + 2] = samples[from + toBlue] as number;
      } else {
        rgb[to] = blend(samples[from] as number, opacity, red);
        rgb[to + 1] = blend(samples[from + toGreen] as number, opacity, green);
        rgb[to + 2] = blend(samples[from + toBlue] as number, opacity, blue);
      }
      to += step;
    }
  };
}

/** Without an alpha channel or table; tRNS may declare one colour to be transparent. */
function opaque(isRgb: boolean, depth: number, background: Background, transparency: Uint8Array | undefined): PaintRow {
  const bytes = depth / 8;
  const [green, blue] = isRgb ? [bytes, 2 * bytes] : [0, 0];
  const transparent = transparency && transparentSamples(transparency, depth);
  return (samples, { rgb, columns, at, step }) => {
    if (isRgb && depth === 8 && step === 3 && !transparent) {
      rgb.set(samples, at);
      return;
    }
    let to = at;
    for (let from = 0; from < columns * (blue + bytes); from += blue + bytes) {
      const isTransparent = transparent?.every((value, i) => samples[from + i] === value);
      rgb[to] = isTransparent ? background[0] : (samples[from] as number);
      rgb[to + 1] = isTransparent ? background[1] : (samples[from + green] as number);
      rgb[to + 2] = isTransparent ? background[2] : (samples[from + blue] as number);
      to += step;
    }
  };
}

/** The bytes of the transparent colour. tRNS has 16 bits per sample for any depth; the low bits count (11.3.1.1). */
function transparentSamples(transparency: Uint8Array, depth: number): Uint8Array {
  return depth === 16 ? transparency : transparency.filter((_, index) => index % 2 === 1);
}
