/** Draws original_image.jpg: an owl with a telescope looks at a planet at dusk. */
import { renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import factory, { type LibjpegModule } from '@cornerstonejs/codec-libjpeg-turbo-8bit/wasmjs';

type Point = readonly [x: number, y: number];
type Colour = readonly [red: number, green: number, blue: number];
type At<T> = (x: number, y: number) => T;
/** A colour as 0xrrggbb, or a function of the position. */
type Paint = number | At<Colour>;
/** An area, and its bounding box: left, top, right, bottom. */
type Shape = { readonly inside: At<boolean>; readonly box: readonly [number, number, number, number] };

const SIZE = 350;
const SAMPLES = 4;
const FOUR_TWO_ZERO = 2;
const canvas: Colour[] = [];

function ellipse(x: number, y: number, rx: number, ry = rx): Shape {
  return { inside: (px, py) => ((px - x) / rx) ** 2 + ((py - y) / ry) ** 2 < 1, box: [x - rx, y - ry, x + rx, y + ry] };
}

/** A line with round ends and a thickness at each end; 0 gives a point. */
function line([ax, ay]: Point, [bx, by]: Point, thickA: number, thickB = thickA): Shape {
  const inside: At<boolean> = (px, py) => {
    const along = ((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2);
    const t = Math.min(1, Math.max(0, along));
    return Math.hypot(px - ax - t * (bx - ax), py - ay - t * (by - ay)) < (thickA + t * (thickB - thickA)) / 2;
  };
  const r = Math.max(thickA, thickB) / 2;
  return { inside, box: [Math.min(ax, bx) - r, Math.min(ay, by) - r, Math.max(ax, bx) + r, Math.max(ay, by) + r] };
}

/** Everything below a level, or below a wave around it. */
function below(level: number, height = 0, length = 1, shift = 0): Shape {
  return { inside: (px, py) => py > level + height * Math.sin(px / length + shift), box: [0, 0, SIZE, SIZE] };
}

function both(a: Shape, b: Shape): Shape {
  return { inside: (x, y) => a.inside(x, y) && b.inside(x, y), box: a.box };
}

function without(a: Shape, b: Shape): Shape {
  return { inside: (x, y) => a.inside(x, y) && !b.inside(x, y), box: a.box };
}

/** Rotates a shape around the origin and moves it. */
function placed(x: number, y: number, angle: number, { inside, box }: Shape): Shape {
  const [cos, sin, reach] = [Math.cos(angle), Math.sin(angle), Math.hypot(...box)];
  return {
    inside: (px, py) => inside((px - x) * cos + (py - y) * sin, (py - y) * cos - (px - x) * sin),
    box: [x - reach, y - reach, x + reach, y + reach],
  };
}

const rgb = (hex: number): Colour => [hex >> 16, (hex >> 8) & 255, hex & 255];

function mix(a: Colour, b: Colour, t: number): Colour {
  return [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1]), a[2] + t * (b[2] - a[2])];
}

/** A vertical gradient. */
function fade(top: number, upper: number, bottom: number, lower: number): At<Colour> {
  return (_, y) => mix(rgb(upper), rgb(lower), Math.min(1, Math.max(0, (y - top) / (bottom - top))));
}

/** Paints a shape with antialiased edges (supersampling). */
function fill(shape: Shape, paint: Paint, opacity: number | At<number> = 1): void {
  const [left, top, right, bottom] = shape.box;
  for (let y = Math.max(0, Math.floor(top)); y < Math.min(SIZE, bottom); y++) {
    for (let x = Math.max(0, Math.floor(left)); x < Math.min(SIZE, right); x++) {
      const cover = coverage(shape, x, y) * (typeof opacity === 'number' ? opacity : opacity(x + 0.5, y + 0.5));
      const colour = typeof paint === 'number' ? rgb(paint) : paint(x + 0.5, y + 0.5);
      if (cover > 0) canvas[y * SIZE + x] = mix(canvas[y * SIZE + x] ?? colour, colour, cover);
    }
  }
}

function coverage({ inside }: Shape, x: number, y: number): number {
  let hits = 0;
  for (let i = 0; i < SAMPLES ** 2; i++) {
    if (inside(x + ((i % SAMPLES) + 0.5) / SAMPLES, y + (Math.floor(i / SAMPLES) + 0.5) / SAMPLES)) hits++;
  }
  return hits / SAMPLES ** 2;
}

/** A radial glow. */
function glow(x: number, y: number, rx: number, ry: number, paint: number, strength = 1): void {
  const away: At<number> = (px, py) => Math.min(1, Math.hypot((px - x) / rx, (py - y) / ry));
  fill(ellipse(x, y, rx, ry), paint, (px, py) => strength * (1 - away(px, py)) ** 2);
}

function sky(): void {
  fill(below(0), fade(0, 0x161a5c, 285, 0xe06a9c));
  glow(130, 275, 330, 160, 0xff9a4a);
  glow(165, 275, 190, 80, 0xffe08a);
  // Stars at pseudo-random positions, the same in each run.
  let state = 7;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  for (let i = 0; i < 90; i++) fill(ellipse(random() * SIZE, random() ** 1.4 * 220, 0.5 + random() * 0.9), 0xfff6dc);
}

function twinkle(x: number, y: number, r: number): void {
  const inside: At<boolean> = (px, py) => Math.sqrt(Math.abs(px - x)) + Math.sqrt(Math.abs(py - y)) < Math.sqrt(r);
  glow(x, y, r * 1.6, r * 1.6, 0xfff0b8, 0.5);
  fill({ inside, box: [x - r, y - r, x + r, y + r] }, 0xfff6dc);
}

function planet(): void {
  const put = (shape: Shape, paint: Paint, opacity = 1) => fill(placed(205, 122, -0.26, shape), paint, opacity);
  const ball = ellipse(0, 0, 74);
  const gap = ellipse(0, 1, 94, 22);
  const ring = without(ellipse(0, 4, 124, 37), gap);
  const seam = without(ellipse(0, 3, 112, 31), ellipse(0, 3, 108, 29));
  const near = below(2);
  const mouth = both(ellipse(0, -6, 17, 22), below(-6));
  glow(205, 122, 145, 145, 0xffb98a, 0.55);
  put(ring, 0x7ff0d8);
  put(seam, 0x3fb8b4);
  put(ball, fade(50, 0xffdf7e, 200, 0xff9c4a));
  put(without(ball, ellipse(-12, -10, 78)), 0xd9573f, 0.35);
  for (const side of [-1, 1]) {
    put(ellipse(side * 29, -22, 9, 12), 0x4a2040);
    put(ellipse(side * 29 - 3, -27, 3.6), 0xffffff);
    put(ellipse(side * 29 + 3, -17, 1.8), 0xffffff);
    put(ellipse(side * 47, 0, 11, 8), 0xff6f6f, 0.75);
  }
  put(mouth, 0x8c2743);
  put(both(mouth, ellipse(0, 15, 12, 9)), 0xff7d86);
  // The near half of the ring is in front of the ball and casts a shadow on it.
  put(both(both(ball, near), without(ellipse(0, 10, 124, 39), gap)), 0xa8452f, 0.3);
  put(both(ring, near), 0x7ff0d8);
  put(both(seam, near), 0x3fb8b4);
}

function pine(x: number, foot: number, size: number): void {
  for (const low of [foot, foot - size * 0.25, foot - size * 0.5]) {
    fill(without(line([x, low - size * 0.5], [x, low], 0, size * 0.55), below(low)), 0x1f5560);
  }
}

function flower(x: number, y: number, petals: number): void {
  for (let i = 0; i < 5; i++) fill(placed(x, y, (i / 5) * 2 * Math.PI, ellipse(0, -3.6, 2.3, 2.8)), petals);
  fill(ellipse(x, y, 2), 0xffc93c);
}

function telescope(): void {
  const put = (shape: Shape, paint: Paint) => fill(placed(170, 262, -0.8, shape), paint);
  fill(ellipse(170, 309, 27, 4), 0x14532d, 0.3);
  for (const foot of [150, 170, 190]) fill(line([170, 268], [foot, 308], 4), 0x5b3a5e);
  put(line([-34, 0], [-20, 0], 8), 0x5b3a5e);
  put(ellipse(25, 0, 6, 9), 0xc9f2ff);
  put(without(line([-22, 0], [24, 0], 13, 19), ellipse(34, 0, 11, 20)), 0xe5484d);
  put(line([23, -9], [23, 9], 7), 0xffd166);
}

function owl(): void {
  const put = (shape: Shape, paint: Paint) => fill(placed(92, 266, 0.1, shape), paint);
  fill(ellipse(89, 306, 32, 5), 0x14532d, 0.3);
  put(line([24, 2], [45, -19], 17, 10), 0x6e4334);
  for (const side of [-1, 1]) {
    put(ellipse(side * 11, 38, 8, 5), 0xff9f43);
    put(line([side * 25, -46], [side * 15, -24], 0, 24), 0x8f5d46);
  }
  put(ellipse(0, 0, 32, 38), 0x8f5d46);
  put(ellipse(0, 15, 21, 22), 0xffe3b8);
  for (const x of [-11, 0, 11]) put(without(ellipse(x, 20, 4), ellipse(x, 18, 4)), 0xd9a066);
  for (const x of [-5.5, 5.5]) put(without(ellipse(x, 28, 4), ellipse(x, 26, 4)), 0xd9a066);
  put(placed(-29, 8, 0.2, ellipse(0, 0, 9, 22)), 0x6e4334);
  for (const side of [-13, 13]) {
    put(ellipse(side, -14, 15), 0xc98d63);
    put(ellipse(side, -14, 12), 0xffffff);
    put(ellipse(side + 3, -17, 7.5), 0x2c1b33);
    put(ellipse(side + 5.5, -20, 2.6), 0xffffff);
  }
  put(line([0, 3], [0, -7], 0, 9), 0xff9f43);
}

function scene(): void {
  sky();
  twinkle(38, 42, 11);
  twinkle(92, 88, 7);
  twinkle(318, 34, 10);
  twinkle(30, 150, 7);
  twinkle(336, 166, 7);
  planet();
  fill(below(262, -16, 46, 0.6), fade(240, 0x3f8f8a, 310, 0x2c6e6f));
  pine(264, 274, 34);
  pine(286, 270, 50);
  pine(309, 268, 38);
  pine(332, 270, 54);
  fill(below(288, 16, 62, -2.54), fade(270, 0x55b85c, 350, 0x2f8f57));
  fill(below(322, 12, 52, 0.5), fade(305, 0xa5dd55, 350, 0x5cb84a));
  telescope();
  owl();
  flower(28, 341, 0xffffff);
  flower(206, 334, 0xff9ecb);
  flower(252, 338, 0xffffff);
  flower(318, 331, 0xff9ecb);
}

/** Encodes the canvas as a progressive JPEG with 4:2:0 subsampling. */
async function jpeg(quality: number): Promise<Uint8Array> {
  const { JPEGEncoder } = await (factory as () => Promise<LibjpegModule>)();
  const encoder = new JPEGEncoder();
  encoder.setQuality(quality);
  encoder.setProgressive(1);
  encoder.setSubSampling(FOUR_TWO_ZERO);
  const frame = { width: SIZE, height: SIZE, componentCount: 3, bitsPerSample: 8, isSigned: false };
  encoder.getDecodedBuffer(frame).set(canvas.flat().map(Math.round));
  encoder.encode();
  return new Uint8Array(encoder.getEncodedBuffer());
}

scene();
const file = fileURLToPath(new URL('original_image.jpg', import.meta.url));
// Replace the file atomically: readers never see half a picture, and hard links to the old one keep it.
writeFileSync(`${file}.new`, await jpeg(90));
renameSync(`${file}.new`, file);
