import { SAMPLES_PER_LEVEL } from '../../../analysis/depth.ts';
import type { Background } from '../background.ts';
import type { TiffHeader } from './header.ts';

export interface DeepPainting {
  readonly samples: Uint16Array;
  readonly rgb: Uint16Array;
  readonly background: Background;
}

const WHITE = 65_535;
const HALF = (WHITE - 1) / 2;

/** Writes samples of 16 bits as RGB of 16 bits, laid over the background. */
export function paintDeep(header: TiffHeader, painting: DeepPainting): void {
  if (header.photometric === 'cmyk') paintInks(header, painting);
  else if (header.alpha === 'none') paintOpaque(header, painting);
  else paintOver(header, painting);
}

function paintOpaque({ photometric, samplesPerPixel: step }: TiffHeader, { samples, rgb }: DeepPainting): void {
  const [toGreen, toBlue] = photometric === 'rgb' ? [1, 2] : [0, 0];
  // Inverting a sample of 16 bits flips its bits.
  const flip = photometric === 'white-is-0' ? WHITE : 0;
  for (let from = 0, to = 0; to < rgb.length; from += step, to += 3) {
    rgb[to] = (samples[from] as number) ^ flip;
    rgb[to + 1] = (samples[from + toGreen] as number) ^ flip;
    rgb[to + 2] = (samples[from + toBlue] as number) ^ flip;
  }
}

function paintOver({ photometric, samplesPerPixel: step, alpha }: TiffHeader, painting: DeepPainting): void {
  const { samples, rgb, background } = painting;
  const [toGreen, toBlue, toAlpha] = photometric === 'rgb' ? [1, 2, 3] : [0, 0, 1];
  const flip = photometric === 'white-is-0' ? WHITE : 0;
  const lay = alpha === 'premultiplied' ? layPremultiplied : layPlain;
  const [red, green, blue] = background;
  for (let from = 0, to = 0; to < rgb.length; from += step, to += 3) {
    const opacity = samples[from + toAlpha] as number;
    rgb[to] = lay((samples[from] as number) ^ flip, opacity, red);
    rgb[to + 1] = lay((samples[from + toGreen] as number) ^ flip, opacity, green);
    rgb[to + 2] = lay((samples[from + toBlue] as number) ^ flip, opacity, blue);
  }
}

/** As `blend`, of 16 bits, over a level of 8. */
function layPlain(sample: number, alpha: number, level: number): number {
  const under = level * SAMPLES_PER_LEVEL;
  return Math.floor((alpha * sample + (WHITE - alpha) * under + HALF) / WHITE);
}

function layPremultiplied(sample: number, alpha: number, level: number): number {
  return Math.min(WHITE, sample + layPlain(0, alpha, level));
}

/** As for 8 bits: inks are taken for ideal. */
function paintInks({ samplesPerPixel: step }: TiffHeader, { samples, rgb }: DeepPainting): void {
  for (let from = 0, to = 0; to < rgb.length; from += step, to += 3) {
    const light = WHITE - (samples[from + 3] as number);
    for (let ink = 0; ink < 3; ink++) {
      rgb[to + ink] = light - Math.floor(((samples[from + ink] as number) * light + HALF) / WHITE);
    }
  }
}
