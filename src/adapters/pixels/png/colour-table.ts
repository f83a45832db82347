import { ImgpipeError } from '../../../domain/errors.ts';
import { type Background, blend } from '../background.ts';
import type { PngContents } from './contents.ts';

/** The colour of each sample value: red + green * 2^8 + blue * 2^16; negative if the value is outside the palette. */
export type ColourTable = Int32Array;

const MAX_COLOURS = 256;
/** Black, as libpng shows a value outside the palette, and negative. */
const OUTSIDE = -(2 ** 31);

/**
 * The colours of the samples of a palette picture, or a greyscale one of up to 8 bits, laid over the background. Throws
 * `undecodable` if PLTE has an invalid length (PNG, third edition, 11.2.2).
 */
export function colourTable(header: PngContents, under: Background): ColourTable {
  const colours = header.colour === 3 ? paletteColours(header) : greyColours(header);
  const table = new Int32Array(MAX_COLOURS).fill(OUTSIDE);
  colours.forEach(({ rgb: [red, green, blue], alpha }, index) => {
    const [r, g, b] = [blend(red, alpha, under[0]), blend(green, alpha, under[1]), blend(blue, alpha, under[2])];
    table[index] = r + (g << 8) + (b << 16);
  });
  return table;
}

interface TableColour {
  readonly rgb: readonly [number, number, number];
  readonly alpha: number;
}

function paletteColours({ palette, transparency = new Uint8Array() }: PngContents): TableColour[] {
  const length = palette.length / 3;
  if (length < 1 || length > MAX_COLOURS || !Number.isInteger(length)) {
    throw new ImgpipeError('undecodable', 'the PNG has no palette, or a corrupt one');
  }
  return Array.from({ length }, (_, index) => {
    const [red = 0, green = 0, blue = 0] = palette.subarray(index * 3);
    return { rgb: [red, green, blue], alpha: transparency[index] ?? 255 };
  });
}

function greyColours({ depth, transparency }: PngContents): TableColour[] {
  const length = 2 ** depth;
  // tRNS has 16 bits for any depth; the low bits count.
  const transparent = (transparency?.[1] ?? 0) % length;
  return Array.from({ length }, (_, value) => {
    const level = (value * 255) / (length - 1);
    return { rgb: [level, level, level], alpha: transparency && value === transparent ? 0 : 255 };
  });
}
