import { constants, deflateRawSync, deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createComparator } from '../../../../src/adapters/pixels/comparator.ts';
import { decodePng } from '../../../../src/adapters/pixels/png/decoder.ts';
import { L2 } from '../../../../src/analysis/techniques.ts';
import { sha256Of } from '../../../../src/base/digest.ts';
import { oddPicture, oddPngs } from '../../../fixtures/odd-pictures/odd-pngs.ts';
import { fixture } from '../../../fixtures/pictures/expected.ts';
import { memoryInUse } from '../../../support/memory.ts';
import { brokenChunk, chunk, ihdr, png } from '../../../support/png-files.ts';

const LIMITS = { maxPixels: 64e6 };

describe('a PNG that libpng only warns of', () => {
  it.each(oddPngs())('is decoded, with a note: $name', async ({ bytes, sha256, notes }) => {
    const pixels = await decodePng(bytes, LIMITS);
    expect(sha256Of(pixels.data)).toBe(sha256);
    expect(pixels.notes ?? null).toEqual(notes);
  });

  it.each([
    ['png-extra-row-data', 5608.9, 'there is more image data than the picture needs'],
    ['png-no-iend', 5608.9, 'the end marker (IEND) is missing'],
    ['png-trns-too-long', 5677.5, 'tRNS has a wrong length, and it is ignored'],
    ['png-gama-alone', 0, undefined],
    ['png-alpha-of-white', 0, undefined],
  ])('is compared: the pair %s has the norm %f', async (name, norm, note) => {
    const comparator = createComparator(LIMITS);
    const [reference, image] = ['a', 'b'].map((which) => {
      const bytes = oddPicture(`${name}.${which}.png`);
      return { sha256: sha256Of(bytes), format: 'png' as const, read: async () => bytes };
    });
    if (reference === undefined || image === undefined) throw new Error('a pair has two pictures');
    const measure = { technique: L2.id, threshold: { value: 2000, unit: L2.unit } };
    const { measurement } = await comparator.compare({ reference, image, mask: undefined }, measure);
    expect(measurement).toBeCloseTo(norm, 1);
    const fact = await comparator.inspect(image);
    expect(fact).toMatchObject({ verdict: 'decodes', width: 160, height: 112 });
    expect('notes' in fact ? fact.notes : undefined).toEqual(note === undefined ? undefined : [note]);
    await comparator.close();
  });

  it('keeps its notes when it is turned upright', async () => {
    const { notes, ...turned } = await decodePng(fixture('exif-6.png').subarray(0, -12), LIMITS);
    expect(notes).toEqual(['the end marker (IEND) is missing']);
    expect(turned).toEqual(await decodePng(fixture('exif-6.png'), LIMITS));
  });

  it('has at most 8 notes, and the last one says how many more there are', async () => {
    const text = Array.from({ length: 26 * 26 }, (_, index) =>
      brokenChunk(`a${letter(index / 26)}${letter(index % 26)}x`),
    );
    const { notes } = await decodePng(png(ihdr(1, 1, 8, 2), ...text, pixel), LIMITS);
    expect(notes).toHaveLength(8);
    expect(notes?.at(-1)).toBe('and 669 more');
  });
});

function letter(index: number): string {
  return String.fromCharCode(0x41 + Math.floor(index));
}

const pixel = chunk('IDAT', deflateSync(Uint8Array.from([0, 1, 2, 3])));
const noisy = deflateSync(Uint8Array.from({ length: 100 * 301 }, (_, i) => (i % 301 === 0 ? 0 : (i * i * 31) >> 5)));

describe('a PNG whose image data is missing', () => {
  it('says how many of the rows are there', async () => {
    // 61 rows and a half, and nothing behind them.
    const rows = Buffer.alloc(61.5 * 301);
    const cut = png(ihdr(100, 100, 8, 2), chunk('IDAT', deflateSync(rows)));
    await expect(decodePng(cut, LIMITS)).rejects.toThrow(/^the PNG is cut short after 61 % of the rows$/);
    const unended = deflateRawSync(rows, { finishFlush: constants.Z_SYNC_FLUSH });
    const lost = png(ihdr(100, 100, 8, 2), chunk('IDAT', Buffer.concat([Buffer.from([0x78, 0x9c]), unended])));
    await expect(decodePng(lost, LIMITS)).rejects.toThrow(/^the PNG is cut short after 61 % of the rows$/);
    await expect(decodePng(lost.subarray(0, -20), LIMITS)).rejects.toThrow(/cut short after 61 % of the rows/);
  });

  it('says how much there is of an interlaced one', async () => {
    // 10,700 bytes of pixels and the filter bytes of the seven passes.
    const part = png(ihdr(100, 100, 8, 0, 1), chunk('IDAT', deflateSync(Buffer.alloc(5108))));
    await expect(decodePng(part, LIMITS)).rejects.toThrow(/^the PNG is cut short after 50 % of its interlaced data$/);
  });

  it('is cut short wherever its file ends within the data', async () => {
    const whole = png(ihdr(100, 100, 8, 2), chunk('IDAT', noisy));
    let before = -1;
    for (let length = 41; length < 41 + noisy.length - 8; length += 97) {
      const message = await decodePng(whole.subarray(0, length), LIMITS).catch((error: Error) => error.message);
      const percent = Number(/^the PNG is cut short after (\d+) % of the rows$/.exec(String(message))?.[1]);
      expect(percent).toBeGreaterThanOrEqual(before);
      before = percent;
    }
    expect(before).toBeGreaterThan(90);
    await expect(decodePng(whole.subarray(0, 33), LIMITS)).rejects.toThrow('cut short before its image data');
    await expect(decodePng(whole.subarray(0, 39), LIMITS)).rejects.toThrow('cut short before its image data');
  });
});

describe('a hostile PNG is answered in bounded time and memory', () => {
  it.each([
    ['empty chunks', chunk('quAx')],
    ['chunks with a wrong checksum', brokenChunk('quAx')],
    ['texts', chunk('tEXt', Buffer.from('a\0b'))],
    ['second gAMA chunks', chunk('gAMA', Buffer.alloc(4))],
    ['empty IDAT chunks', chunk('IDAT')],
  ])('with a million %s', async (_, one) => {
    const many = Buffer.alloc(one.length * 1e6, one);
    const bytes = png(ihdr(1, 1, 8, 2), many, pixel);
    await decodePng(bytes, LIMITS);
    const before = memoryInUse();
    const { user } = process.cpuUsage();
    expect([...(await decodePng(bytes, LIMITS)).data]).toEqual([1, 2, 3]);
    expect((process.cpuUsage().user - user) / 1e6).toBeLessThan(3);
    expect(memoryInUse() - before).toBeLessThan(30e6);
  });

  it('with 300 MB too many for a small picture', async () => {
    const bytes = png(ihdr(16, 16, 8, 2), chunk('IDAT', deflateSync(new Uint8Array(3e8), { level: 1 })));
    const { user } = process.cpuUsage();
    const before = memoryInUse();
    expect((await decodePng(bytes, LIMITS)).notes).toEqual(['there is more image data than the picture needs']);
    expect((process.cpuUsage().user - user) / 1e6).toBeLessThan(1);
    expect(memoryInUse() - before).toBeLessThan(30e6);
  });
});
