import { overWhite } from '../../../analysis/background.ts';
import { ImgpipeError } from '../../../domain/errors.ts';
import { type ColourTable, colourTable } from './colour-table.ts';
import type { PngHeader } from './header.ts';

/** Where the pixels of a row go: the first at `at`, each of the others `step` bytes behind the one before. */
export interface RowPlace {
  readonly rgb: Uint8Array;
  readonly columns: number;
  readonly at: number;
  readonly step: number;
}

/** Writes a row of unfiltered samples as 8-bit RGB over white. Throws `undecodable` for a colour that is not in the palette. */
export type PaintRow = (samples: Uint8Array, position: RowPlace) => void;

/** How the rows of such a picture are painted. Throws `undecodable` where palette or transparency cannot be. */
export function rowPainter(header: PngHeader): PaintRow {
  const { colour, depth, transparency } = header;
  if (colour === 3 || (colour === 0 && depth <= 8)) return fromTable(colourTable(header), depth);
  if (colour === 4 || colour === 6) return withAlpha(colour === 6, depth);
  return opaque(colour === 2, depth, transparency);
}

/** Each sample is the number of a colour, with the first one's bits uppermost in a byte (section 7.2). */
function fromTable(table: ColourTable, depth: number): PaintRow {
  const mask = 2 ** depth - 1;
  return (samples, { rgb, columns, at, step }) => {
    const end = at + columns * step;
    let to = at;
    let every = 0;
    for (let i = 0; to < end; i++) {
      const byte = samples[i] as number;
      for (let shift = 8 - depth; shift >= 0 && to < end; shift -= depth) {
        const colour = table[(byte >> shift) & mask] as number;
        every |= colour;
        rgb[to] = colour;
        rgb[to + 1] = colour >> 8;
        rgb[to + 2] = colour >> 16;
        to += step;
      }
    }
    // A single one below 0 is enough.
    if (every < 0) throw new ImgpipeError('undecodable', 'the PNG names a colour outside of its palette');
  };
}

/** Of 16 bits the upper 8 are taken, here and below. */
function withAlpha(isRgb: boolean, depth: number): PaintRow {
  const bytes = depth / 8;
  const [green, blue, alpha] = isRgb ? [bytes, 2 * bytes, 3 * bytes] : [0, 0, bytes];
  return (samples, { rgb, columns, at, step }) => {
    let to = at;
    for (let from = 0; from < columns * (alpha + bytes); from += alpha + bytes) {
      const share = samples[from + alpha] as number;
      if (share === 255) {
        rgb[to] = samples[from] as number;
        rgb[to + 1] = samples[from + green] as number;
        rgb[to + 2] = samples[from + blue] as number;
      } else {
        rgb[to] = overWhite(samples[from] as number, share);
        rgb[to + 1] = overWhite(samples[from + green] as number, share);
        rgb[to + 2] = overWhite(samples[from + blue] as number, share);
      }
      to += step;
    }
  };
}

/** Without alpha, and without a table; one colour may be transparent as a whole. */
function opaque(isRgb: boolean, depth: number, transparency: Uint8Array | undefined): PaintRow {
  const bytes = depth / 8;
  const [green, blue] = isRgb ? [bytes, 2 * bytes] : [0, 0];
  const hidden = transparency && transparentSamples(transparency, isRgb ? 3 : 1, depth);
  return (samples, { rgb, columns, at, step }) => {
    if (isRgb && depth === 8 && step === 3 && !hidden) {
      rgb.set(samples, at);
      return;
    }
    let to = at;
    for (let from = 0; from < columns * (blue + bytes); from += blue + bytes) {
      const isHidden = hidden?.every((value, i) => samples[from + i] === value);
      rgb[to] = isHidden ? 255 : (samples[from] as number);
      rgb[to + 1] = isHidden ? 255 : (samples[from + green] as number);
      rgb[to + 2] = isHidden ? 255 : (samples[from + blue] as number);
      to += step;
    }
  };
}

/** The bytes of the transparent pixel; tRNS has 16 bits a sample for any depth, of which the lower count (11.3.1.1). */
function transparentSamples(transparency: Uint8Array, channels: number, depth: number): Uint8Array {
  if (transparency.length !== channels * 2) {
    throw new ImgpipeError('undecodable', 'the PNG states its transparency in a damaged part');
  }
  return depth === 16 ? transparency : transparency.filter((_, index) => index % 2 === 1);
}
