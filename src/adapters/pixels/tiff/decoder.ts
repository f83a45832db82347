import { orient } from '../../../analysis/orientation.ts';
import type { Pixels } from '../../../analysis/pixels.ts';
import { type Background, blend, WHITE } from '../background.ts';
import { checkSize, type DecodeOptions } from '../limits.ts';
import { type Allocator, allocateNew, layOut, makeWith, pixelBytes } from '../pixel-memory.ts';
import { noteOnCut } from '../verdicts.ts';
import { paintDeep } from './deep-paint.ts';
import { readTiffHeader, type TiffHeader, tiledSize } from './header.ts';
import { readSamples } from './samples.ts';

/** Decodes the first page of a TIFF to upright RGB of its own depth, laid over the background. Throws `undecodable` or `too_large`. */
export function decodeTiff(bytes: Uint8Array, options: DecodeOptions, allocate: Allocator = allocateNew): Pixels {
  const header = readTiffHeader(bytes);
  checkSize(header, options);
  checkSize(tiledSize(header), options);
  const { width, height, orientation, bitsPerSample } = header;
  const { samples, whole, rows } = readSamples(bytes, header);
  const cut = whole && noteOnCut({ kind: 'TIFF', rows, height }, options.acceptsDamage);
  const layout = { width, height, depth: bitsPerSample };
  const memory = (orientation === 1 ? allocate : allocateNew)(pixelBytes(layout));
  const { data, samples16 } = layOut(memory, layout);
  const background = options.background ?? WHITE;
  if (samples instanceof Uint8Array) paint(header, { samples, rgb: data, background });
  else {
    paint(header, { samples: highBytes(samples), rgb: data, background });
    if (samples16 !== undefined) paintDeep(header, { samples, rgb: samples16, background });
  }
  const notes = [...(cut === undefined ? [] : [cut]), ...notesOn(header)];
  const stored = { width, height, data, ...(samples16 && { samples16 }), ...(whole && { whole }) };
  const upright = orient(stored, orientation, makeWith(allocate));
  return notes.length > 0 ? { ...upright, notes } : upright;
}

function notesOn({ hasMorePages }: TiffHeader): string[] {
  return hasMorePages ? ['the TIFF has more than one page: the first is compared'] : [];
}

function highBytes(samples: Uint16Array): Uint8Array {
  const high = new Uint8Array(samples.length);
  for (let index = 0; index < samples.length; index++) high[index] = (samples[index] as number) >> 8;
  return high;
}

interface Painting {
  readonly samples: Uint8Array;
  readonly rgb: Uint8Array;
  readonly background: Background;
}

function paint(header: TiffHeader, painting: Painting): void {
  if (header.photometric === 'rgb') paintRgb(header, painting);
  else if (header.photometric === 'cmyk') paintCmyk(header, painting);
  else paintFromTable(header, painting);
}

/** As Pillow does: without a colour profile, inks are taken for ideal. */
function paintCmyk({ samplesPerPixel: step }: TiffHeader, { samples, rgb }: Painting): void {
  for (let from = 0, to = 0; to < rgb.length; from += step, to += 3) {
    const light = 255 - (samples[from + 3] as number);
    for (let ink = 0; ink < 3; ink++) {
      rgb[to + ink] = light - Math.floor(((samples[from + ink] as number) * light + 127) / 255);
    }
  }
}

function paintRgb({ samplesPerPixel: step, alpha }: TiffHeader, { samples, rgb, background }: Painting): void {
  const lay = layingOver(alpha);
  const [red, green, blue] = background;
  for (let from = 0, to = 0; to < rgb.length; from += step, to += 3) {
    const opacity = alpha === 'none' ? 255 : (samples[from + 3] as number);
    rgb[to] = lay(samples[from] as number, opacity, red);
    rgb[to + 1] = lay(samples[from + 1] as number, opacity, green);
    rgb[to + 2] = lay(samples[from + 2] as number, opacity, blue);
  }
}

/** Grey, whose levels of fewer than 8 bits are stretched, and palettes, of whose levels the high bytes count. */
function paintFromTable(header: TiffHeader, { samples, rgb, background }: Painting): void {
  const { photometric, bitsPerSample, samplesPerPixel: step, alpha, colourMap } = header;
  const lay = layingOver(alpha);
  const [red, green, blue] = background;
  const highest = bitsPerSample === 16 ? 255 : 2 ** bitsPerSample - 1;
  const table = Uint8Array.from({ length: 3 * (highest + 1) }, (_, index) => {
    const sample = Math.floor(index / 3);
    if (photometric === 'palette') return (colourMap[(index % 3) * (highest + 1) + sample] as number) >> 8;
    return ((photometric === 'white-is-0' ? highest - sample : sample) * 255) / highest;
  });
  for (let from = 0, to = 0; to < rgb.length; from += step, to += 3) {
    const colour = (samples[from] as number) * 3;
    const opacity = alpha === 'none' ? 255 : (samples[from + 1] as number);
    rgb[to] = lay(table[colour] as number, opacity, red);
    rgb[to + 1] = lay(table[colour + 1] as number, opacity, green);
    rgb[to + 2] = lay(table[colour + 2] as number, opacity, blue);
  }
}

function layingOver(alpha: TiffHeader['alpha']): typeof blend {
  if (alpha === 'plain') return blend;
  if (alpha === 'none') return (level) => level;
  return (level, opacity, under) => Math.min(255, level + blend(0, opacity, under));
}
