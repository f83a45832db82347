import type { Pixels } from '../../../analysis/pixels.ts';
import { type Background, fill, WHITE } from '../background.ts';
import { checkSize, type DecodeOptions } from '../limits.ts';
import { type Allocator, allocateNew } from '../pixel-memory.ts';
import { noteOnCut, undecodable } from '../verdicts.ts';
import { endOfBlocks, type GifHeader, readGifHeader, whatFollows } from './header.ts';
import { inflateLzw } from './lzw.ts';

/** GIF89a, appendix E: where each pass of an interlaced frame starts, and the distance of its rows. */
const PASSES = [
  [0, 8],
  [4, 8],
  [2, 4],
  [1, 2],
] as const;

/** Decodes the first frame of a GIF to RGB, laid over the background. Throws `undecodable` or `too_large`. */
export function decodeGif(bytes: Uint8Array, options: DecodeOptions, allocate: Allocator = allocateNew): Pixels {
  const header = readGifHeader(bytes);
  checkSize(header, options);
  const { width, height, frame, dataAt } = header;
  const codeSize = bytes[dataAt] ?? 0;
  if (codeSize < 1 || codeSize > 8) throw undecodable('the GIF has an invalid code size');
  const samples = new Uint8Array(frame.width * frame.height);
  const { count, valid } = inflateLzw(bytes, dataAt + 1, codeSize, samples);
  const rows = Math.floor(count / frame.width);
  if (!valid) {
    const where = rows === 0 ? '' : ` after ${Math.floor((100 * rows) / frame.height)} % of the rows`;
    throw undecodable(`the GIF is damaged: its first frame has an invalid code${where}`);
  }
  const isCut = rows < frame.height;
  const cut = isCut ? noteOnCut({ kind: 'GIF', rows, height: frame.height }, options.acceptsDamage) : undefined;
  const data = allocate(width * height * 3);
  const isCovered = frame.width === width && frame.height === height;
  const background = options.background ?? WHITE;
  if (!isCovered) fill(data, background);
  paint(header, { samples, rgb: data, background });
  const notes = cut === undefined ? notesOn(whatFollows(bytes, endOfBlocks(bytes, dataAt + 1))) : [cut];
  return { width, height, data, ...(isCut && { whole: wholePixels(header, rows) }), ...(notes && { notes }) };
}

/** Which pixels are whole, if only so many rows of the frame are, in the order of the file. */
function wholePixels(header: GifHeader, rows: number): Uint8Array {
  const { width, height, frame } = header;
  const whole = new Uint8Array(width * height).fill(1);
  let index = 0;
  for (const row of rowsOf(header)) {
    const at = (frame.y + row) * width + frame.x;
    if (index >= rows) whole.fill(0, at, at + frame.width);
    index++;
  }
  return whole;
}

interface Painting {
  readonly samples: Uint8Array;
  readonly rgb: Uint8Array;
  readonly background: Background;
}

/** A sample that the palette does not have is black, and a transparent one has the colour of the background. */
function paint(header: GifHeader, { samples, rgb, background }: Painting): void {
  const { width, frame, palette, transparent } = header;
  const colours = new Uint8Array(256 * 3);
  colours.set(palette);
  if (transparent !== undefined) colours.set(background, transparent * 3);
  let from = 0;
  for (const row of rowsOf(header)) {
    let to = ((frame.y + row) * width + frame.x) * 3;
    for (let x = 0; x < frame.width; x++, from++, to += 3) {
      const colour = (samples[from] as number) * 3;
      rgb[to] = colours[colour] as number;
      rgb[to + 1] = colours[colour + 1] as number;
      rgb[to + 2] = colours[colour + 2] as number;
    }
  }
}

/** The rows of the frame in the order of the file. */
function* rowsOf({ frame, interlaced }: GifHeader): Generator<number> {
  for (const [start, step] of interlaced ? PASSES : [[0, 1] as const]) {
    for (let row = start; row < frame.height; row += step) yield row;
  }
}

function notesOn(following: ReturnType<typeof whatFollows>): readonly string[] | undefined {
  if (following === 'frame') return ['the GIF is animated: its first frame is compared'];
  return following === 'nothing' ? ['the end marker of the GIF is missing'] : undefined;
}
