import { overWhite } from '../../../analysis/background.ts';
import { ImgpipeError } from '../../../domain/errors.ts';
import type { PngHeader } from './header.ts';

/** What each value of a byte stands for: red + green * 2^8 + blue * 2^16, or less than 0 where it is no colour. */
export type ColourTable = Int32Array;

const MAX_COLOURS = 256;

/**
 * The colours that the samples of a palette picture, or of a grey one of up to 8 bits, stand for, over white. Throws
 * `undecodable` where palette or transparency have a length that cannot be (PNG, third edition, 11.2.2 and 11.3.1.1).
 */
export function colourTable(header: PngHeader): ColourTable {
  const colours = header.colour === 3 ? paletteColours(header) : greyColours(header);
  const table = new Int32Array(MAX_COLOURS).fill(-1);
  colours.forEach(({ rgb: [red, green, blue], alpha }, index) => {
    table[index] = overWhite(red, alpha) + (overWhite(green, alpha) << 8) + (overWhite(blue, alpha) << 16);
  });
  return table;
}

interface TableColour {
  readonly rgb: readonly [number, number, number];
  readonly alpha: number;
}

function paletteColours({ palette, transparency = new Uint8Array() }: PngHeader): TableColour[] {
  const length = palette.length / 3;
  if (length < 1 || length > MAX_COLOURS || !Number.isInteger(length)) {
    throw new ImgpipeError('undecodable', 'the PNG has no palette, or a damaged one');
  }
  if (transparency.length > length) throw badTransparency();
  return Array.from({ length }, (_, index) => {
    const [red = 0, green = 0, blue = 0] = palette.subarray(index * 3);
    return { rgb: [red, green, blue], alpha: transparency[index] ?? 255 };
  });
}

function greyColours({ depth, transparency }: PngHeader): TableColour[] {
  const length = 2 ** depth;
  if (transparency && transparency.length !== 2) throw badTransparency();
  // Of the 16 bits that tRNS has for any depth the lower ones count.
  const hidden = (transparency?.[1] ?? 0) % length;
  return Array.from({ length }, (_, value) => {
    const level = (value * 255) / (length - 1);
    return { rgb: [level, level, level], alpha: transparency && value === hidden ? 0 : 255 };
  });
}

function badTransparency(): ImgpipeError {
  return new ImgpipeError('undecodable', 'the PNG states its transparency in a damaged part');
}
