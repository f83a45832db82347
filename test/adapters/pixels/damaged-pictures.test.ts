import { readFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodePicture } from '../../../src/adapters/pixels/codec.ts';
import { createComparator } from '../../../src/adapters/pixels/comparator.ts';
import { sha256Of } from '../../../src/base/digest.ts';
import type { PictureFormat } from '../../../src/domain/records.ts';
import { fixture } from '../../fixtures/pictures/expected.ts';
import { chunk, ihdr, png } from '../../support/png-files.ts';

const OPTIONS = { maxPixels: 1e7, acceptsDamage: true };
const L2 = { technique: 'l2@2', threshold: { value: 0, unit: 'levels' } } as const;
const CHANGED = { technique: 'changed@2', threshold: { value: 0, unit: 'px' } } as const;
const odd = (name: string) => readFileSync(new URL(`../../fixtures/odd-pictures/${name}.jpg`, import.meta.url));

function source(bytes: Uint8Array, format: PictureFormat = 'jpg') {
  return { sha256: sha256Of(bytes), format, read: async () => bytes };
}

async function compared(
  reference: Uint8Array,
  image: Uint8Array,
  measure: typeof L2 | typeof CHANGED = L2,
  format: PictureFormat = 'jpg',
) {
  const comparator = createComparator(OPTIONS);
  try {
    const pair = { reference: source(reference, format), image: source(image, format), mask: undefined };
    const fact = await comparator.inspect(pair.image);
    return { ...(await comparator.compare(pair, measure)), fact };
  } finally {
    await comparator.close();
  }
}

it.each([L2, CHANGED])('a component that never came is no difference: $technique', async (measure) => {
  expect(await compared(odd('non-interleaved.a'), odd('non-interleaved-cr-missing.a'), measure)).toMatchObject({
    kind: 'unchanged',
    measurement: 0,
    fact: {
      verdict: 'decodes',
      notes: ['the JPEG is damaged: the scan of Cr is missing; only what is whole is compared'],
    },
  });
});

it('an interval that is damaged is hidden, and what is whole is compared', async () => {
  const hidden = await compared(odd('junk-before-rst.a'), odd('packet-lost-in-one-interval.a'));
  expect(hidden).toMatchObject({ kind: 'unchanged', measurement: 0 });
  const changed = await compared(odd('packet-lost-in-one-interval.a'), odd('packet-lost-in-one-interval.b'));
  // A part of the block lies in the interval: without it, the norm is less than 5582.0 of the whole pair.
  expect(changed.kind).toBe('changed');
  expect(changed.measurement).toBeGreaterThan(4000);
  expect(changed.measurement).toBeLessThan(5582.1);
});

it.each<[string, PictureFormat, number]>([
  // Pillow's first 31 rows of 53 are those of the whole picture; the 32nd is mixed with chroma that is missing.
  ['baseline-420.jpg', 'jpg', 31],
  ['rgb8.png', 'png', 0],
])('the pixels that are whole are those of the whole picture: %s', async (name, format, rows) => {
  const file = fixture(name);
  const scan = format === 'jpg' ? file.indexOf('ffda', 0, 'hex') : file.indexOf('IDAT');
  const half = file.subarray(0, scan + Math.floor((file.length - scan) / 2));
  const [cut, all] = [await decodePicture(half, format, OPTIONS), await decodePicture(file, format, OPTIONS)];
  const { whole = new Uint8Array() } = cut;
  expect(whole).toHaveLength(cut.width * cut.height);
  for (const [pixel, each] of whole.entries()) {
    if (each === 1)
      expect(cut.data.subarray(pixel * 3, pixel * 3 + 3)).toEqual(all.data.subarray(pixel * 3, pixel * 3 + 3));
  }
  const count = whole.reduce((sum, each) => sum + each, 0);
  if (rows > 0) expect(count).toBe(rows * cut.width);
  else expect(count).toBeGreaterThan(cut.width * 5);
});

it('garbage in an interval does not spoil the others, whatever it decodes to', async () => {
  const file = fixture('restart-markers.jpg');
  const all = await decodePicture(file, 'jpg', OPTIONS);
  const [from, to] = [file.indexOf('ffd1', 0, 'hex') + 2, file.indexOf('ffd2', 0, 'hex')];
  for (let seed = 1; seed <= 200; seed += 1) {
    const copy = Buffer.from(file);
    // No byte of 0xff, which would be a marker, and an interval that is too short.
    for (let at = from; at < to; at += 1) copy[at] = (Math.imul(at + seed, 2_654_435_761) >>> 24) % 255;
    const cut = Buffer.concat([copy.subarray(0, to - 4), copy.subarray(to)]);
    const { data, whole } = await decodePicture(cut, 'jpg', OPTIONS);
    if (whole === undefined) continue;
    expect(whole.includes(1)).toBe(true);
    for (const [pixel, each] of whole.entries()) {
      if (each === 1 && data[pixel * 3] !== all.data[pixel * 3])
        throw new Error(`seed ${seed}: pixel ${pixel} differs`);
    }
  }
});

it('bytes lost with the restart markers among them leave nothing wrong, wherever they were', async () => {
  const file = fixture('restart-markers.jpg');
  const all = await decodePicture(file, 'jpg', OPTIONS);
  const scan = file.indexOf('ffda', 0, 'hex') + 14;
  let lost = 0;
  for (let seed = 1; seed <= 300; seed += 1) {
    const from = scan + ((seed * 7919) % (file.length - scan - 2));
    const to = Math.min(file.length - 2, from + 4 + ((seed * 104_729) % 600));
    if (!/\xff[\xd0-\xd7]/.test(file.subarray(from, to).toString('latin1'))) continue;
    lost += 1;
    const cut = Buffer.concat([file.subarray(0, from), file.subarray(to)]);
    const { data, whole } = await decodePicture(cut, 'jpg', OPTIONS);
    expect(whole).toBeDefined();
    for (const [pixel, each] of whole?.entries() ?? []) {
      if (each === 1 && data[pixel * 3] !== all.data[pixel * 3])
        throw new Error(`seed ${seed}, bytes ${from} to ${to}: pixel ${pixel} differs`);
    }
  }
  expect(lost).toBeGreaterThan(200);
});

it('of a progressive picture that breaks off within a header, and of one that another follows, nothing is whole', async () => {
  const file = fixture('progressive-420.jpg');
  const third = file.indexOf('ffda', file.indexOf('ffda', 0, 'hex') + 2, 'hex');
  const broken = Buffer.concat([file.subarray(0, third + 8), Buffer.of(0xff, 0xd9)]);
  const followed = Buffer.concat([file.subarray(0, file.length / 2), file]);
  for (const bytes of [broken, followed]) {
    const { whole, notes } = await decodePicture(bytes, 'jpg', OPTIONS);
    expect(whole).not.toContain(1);
    expect(notes?.at(-1)).toMatch(/the last scans of .* are missing; only what is whole is compared$/);
  }
});

it('a damaged picture that is turned upright is whole where it was', async () => {
  const file = fixture('exif-6.jpg');
  const [, second] = [file.indexOf('ffda', 0, 'hex'), file.length - 14];
  const cut = await decodePicture(file.subarray(0, second), 'jpg', OPTIONS);
  const all = await decodePicture(file, 'jpg', OPTIONS);
  expect(cut).toMatchObject({ width: all.width, height: all.height });
  const { whole = new Uint8Array() } = cut;
  expect(new Set(whole)).toEqual(new Set([0, 1]));
  for (const [pixel, each] of whole.entries()) {
    if (each === 1)
      expect(cut.data.subarray(pixel * 3, pixel * 3 + 3)).toEqual(all.data.subarray(pixel * 3, pixel * 3 + 3));
  }
});

describe('an interlaced PNG that is cut short', () => {
  // The rows of the seven passes of 8 × 8 pixels, each with its filter byte: 79 bytes.
  const ROWS = [
    [1, 1],
    [1, 1],
    [1, 2],
    [2, 2],
    [2, 4],
    [4, 4],
    [4, 8],
  ].flatMap(([rows = 0, columns = 0]) => Array.from({ length: rows }, () => [0, ...Array<number>(columns).fill(200)]));
  const cutAfter = (count: number) => {
    const data = deflateSync(Uint8Array.from(ROWS.flat()).subarray(0, count));
    return png(ihdr(8, 8, 8, 0, 1), chunk('IDAT', data));
  };

  it.each([
    [
      'all passes but the last, and half of that',
      43 + 2 * 9 + 5,
      [...Array<string>(5).fill('11111111'), '00000000', '11111111', '00000000'],
      48,
    ],
    ['the first pixel', 2, ['10000000'], 1],
    ['nothing of the second pass but its filter', 3, ['10000000'], 1],
    ['three passes', 7, ['10001000', '00000000', '00000000', '00000000', '10001000'], 4],
  ])('has whole pixels where the row of their own pass was there: %s', async (_, count, rows, total) => {
    const { whole = new Uint8Array(), data, notes } = await decodePicture(cutAfter(count), 'png', OPTIONS);
    const found = Array.from({ length: 8 }, (_each, y) => whole.subarray(y * 8, y * 8 + 8).join(''));
    expect(whole.reduce((sum, each) => sum + each, 0)).toBe(total);
    expect(found.slice(0, rows.length)).toEqual(rows);
    for (const [pixel, each] of whole.entries()) expect(data[pixel * 3]).toBe(each === 1 ? 200 : data[pixel * 3]);
    expect(notes?.[0]).toMatch(
      /^the PNG is cut short after \d+ % of its interlaced data; only what is whole is compared$/,
    );
  });

  it('is no difference from the whole one', async () => {
    const file = fixture('rgba8-interlaced.png');
    const cut = file.subarray(0, file.indexOf('IDAT') + Math.floor((file.length - file.indexOf('IDAT')) / 2));
    expect(await compared(file, cut, L2, 'png')).toMatchObject({ kind: 'unchanged', measurement: 0 });
    const { whole = new Uint8Array(), data } = await decodePicture(cut, 'png', OPTIONS);
    const all = await decodePicture(file, 'png', OPTIONS);
    for (const [pixel, each] of whole.entries()) {
      if (each === 1)
        expect(data.subarray(pixel * 3, pixel * 3 + 3)).toEqual(all.data.subarray(pixel * 3, pixel * 3 + 3));
    }
    expect(whole.reduce((sum, each) => sum + each, 0)).toBeGreaterThan(whole.length / 5);
  });
});
