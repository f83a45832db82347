import { SAMPLES_PER_LEVEL } from '../../../analysis/depth.ts';
import type { Background } from '../background.ts';
import type { PngContents } from './contents.ts';

/** The destination of a row of pixels: the first at `at`, each of the others `step` samples after the previous one. */
export interface DeepRowTarget {
  readonly samples16: Uint16Array;
  readonly columns: number;
  readonly at: number;
  readonly step: number;
}

/** Writes a row of unfiltered 16-bit samples, most significant byte first, as 16-bit RGB, laid over the background. */
export type PaintDeepRow = (row: Uint8Array, target: DeepRowTarget) => void;

type Samples = readonly [red: number, green: number, blue: number];

const OPAQUE = 65_535;

/** The function that converts the rows of a picture of depth 16. */
export function deepRowPainter({ colour, transparency }: PngContents, background: Background): PaintDeepRow {
  const isRgb = colour === 2 || colour === 6;
  const [red, green, blue] = background;
  const under: Samples = [red * SAMPLES_PER_LEVEL, green * SAMPLES_PER_LEVEL, blue * SAMPLES_PER_LEVEL];
  if (colour === 4 || colour === 6) return withAlpha(isRgb, under);
  return opaque(isRgb, under, transparency && transparentColour(transparency, isRgb));
}

function withAlpha(isRgb: boolean, [red, green, blue]: Samples): PaintDeepRow {
  const [toGreen, toBlue, toAlpha] = isRgb ? [2, 4, 6] : [0, 0, 2];
  const pixel = toAlpha + 2;
  return (row, { samples16, columns, at, step }) => {
    let to = at;
    for (let from = 0; from < columns * pixel; from += pixel) {
      const alpha = sampleAt(row, from + toAlpha);
      samples16[to] = blend(sampleAt(row, from), alpha, red);
      samples16[to + 1] = blend(sampleAt(row, from + toGreen), alpha, green);
      samples16[to + 2] = blend(sampleAt(row, from + toBlue), alpha, blue);
      to += step;
    }
  };
}

/** Without an alpha channel; tRNS may declare one colour to be transparent. */
function opaque(isRgb: boolean, under: Samples, transparent: Samples | undefined): PaintDeepRow {
  const [toGreen, toBlue] = isRgb ? [2, 4] : [0, 0];
  const [red, green, blue] = transparent ?? [-1, -1, -1];
  return (row, { samples16, columns, at, step }) => {
    let to = at;
    for (let from = 0; from < columns * (toBlue + 2); from += toBlue + 2) {
      const [r, g, b] = [sampleAt(row, from), sampleAt(row, from + toGreen), sampleAt(row, from + toBlue)];
      const isTransparent = r === red && g === green && b === blue;
      samples16[to] = isTransparent ? under[0] : r;
      samples16[to + 1] = isTransparent ? under[1] : g;
      samples16[to + 2] = isTransparent ? under[2] : b;
      to += step;
    }
  };
}

function sampleAt(row: Uint8Array, at: number): number {
  return ((row[at] as number) << 8) | (row[at + 1] as number);
}

/**
 * Lays a sample, not premultiplied, over one of the background: (alpha * sample + (65535 - alpha) * under) / 65535, rounded
 * to the nearest integer (there are no ties).
 */
function blend(sample: number, alpha: number, under: number): number {
  if (alpha === OPAQUE) return sample;
  return Math.floor((alpha * sample + (OPAQUE - alpha) * under + (OPAQUE - 1) / 2) / OPAQUE);
}

function transparentColour(transparency: Uint8Array, isRgb: boolean): Samples {
  const at = (channel: number) => sampleAt(transparency, isRgb ? 2 * channel : 0);
  return [at(0), at(1), at(2)];
}
