import { orient } from '../../../analysis/orientation.ts';
import type { Pixels } from '../../../analysis/pixels.ts';
import { type Background, blend, fill, WHITE } from '../background.ts';
import { checkSize, type DecodeOptions } from '../limits.ts';
import { type Allocator, allocateNew, makeWith } from '../pixel-memory.ts';
import { readWebpHeader, type WebpHeader } from './header.ts';
import { decodeFrame } from './libwebp.ts';

/** Decodes the first frame of a WebP to upright RGB, laid over the background. Throws `undecodable` or `too_large`. */
export function decodeWebp(bytes: Uint8Array, options: DecodeOptions, allocate: Allocator = allocateNew): Pixels {
  const header = readWebpHeader(bytes);
  checkSize(header, options);
  const { width, height, frame, animated, orientation, odd } = header;
  const rgba = decodeFrame(frame);
  const data = (orientation === 1 ? allocate : allocateNew)(width * height * 3);
  // The canvas is transparent where the first frame of an animation does not cover it.
  const background = options.background ?? WHITE;
  if (frame.width !== width || frame.height !== height) fill(data, background);
  paint(header, { rgba, rgb: data, background });
  const notes = [
    ...(animated ? ['the WebP is animated: its first frame is compared'] : []),
    ...(odd === undefined ? [] : [odd]),
  ];
  return { ...orient({ width, height, data }, orientation, makeWith(allocate)), ...(notes.length > 0 && { notes }) };
}

interface Painting {
  readonly rgba: Uint8Array;
  readonly rgb: Uint8Array;
  readonly background: Background;
}

function paint({ width, frame }: WebpHeader, { rgba, rgb, background: [red, green, blue] }: Painting): void {
  let from = 0;
  for (let row = 0; row < frame.height; row++) {
    let to = ((frame.y + row) * width + frame.x) * 3;
    for (const end = to + frame.width * 3; to < end; to += 3, from += 4) {
      const opacity = rgba[from + 3] as number;
      if (opacity === 255) {
        rgb[to] = rgba[from] as number;
        rgb[to + 1] = rgba[from + 1] as number;
        rgb[to + 2] = rgba[from + 2] as number;
        continue;
      }
      rgb[to] = blend(rgba[from] as number, opacity, red);
      rgb[to + 1] = blend(rgba[from + 1] as number, opacity, green);
      rgb[to + 2] = blend(rgba[from + 2] as number, opacity, blue);
    }
  }
}
