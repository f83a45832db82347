import { readdirSync, readFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodePicture } from '../../../src/adapters/pixels/codec.ts';
import { sniffFormat } from '../../../src/domain/picture-format.ts';
import { decoded, LIMITS } from '../../support/decoded-samples.ts';
import { outcomeOf } from '../../support/decoding.ts';
import { canvas, tiff, webp, webpChunk } from '../../support/kind-files.ts';

const FOLDER = new URL('../../fixtures/kinds/', import.meta.url);

function fixture(name: string): Buffer {
  return readFileSync(new URL(name, FOLDER));
}

describe('a TIFF', () => {
  const grey = { 256: 4, 257: 4, 258: 8, 262: 1, 273: 8, 278: 4, 279: 16 };
  const data = Buffer.alloc(16, 7);

  it('of these parts is read, though its strip is said to be longer than the file', async () => {
    expect(await decoded(tiff(grey, data), 'tiff')).toEqual(Array(48).fill(7));
    expect(await decoded(tiff({ ...grey, 279: 2 ** 32 - 1 }, data), 'tiff')).toEqual(Array(48).fill(7));
  });

  it.each([
    ['a strip beyond the file', { 273: 2 ** 32 - 1 }, 'the TIFF is cut short after 0 % of the rows'],
    ['a strip that is too short', { 279: 9 }, 'the TIFF is cut short after 50 % of the rows'],
    ['fewer strips than it needs', { 278: 1 }, 'the TIFF has too few strips or tiles'],
    ['more strips than it needs', { 273: [8, 8], 279: [8, 8] }, 'the TIFF has an invalid value of tag 273'],
    ['strips of no height', { 278: 0 }, 'the TIFF has strips or tiles of no size'],
    ['no width', { 256: 0 }, 'the TIFF has an invalid size'],
    ['a million samples per pixel', { 277: 1_000_000 }, 'the TIFF has 1000000 samples per pixel'],
    [
      'floating-point samples',
      { 258: 32, 339: 3 },
      'it is a TIFF with floating-point samples, which imgpipe does not read: save it as PNG or JPEG',
    ],
    [
      'a JPEG inside',
      { 259: 7 },
      'it is a TIFF with JPEG compression (7), which imgpipe does not read: save it as PNG or JPEG',
    ],
    [
      'sensor data',
      { 262: 32803 },
      "it is a camera's raw picture (TIFF based), which imgpipe does not read: have the camera write JPEG, or convert it to 16-bit PNG",
    ],
    [
      'a preview first',
      { 254: 1 },
      "it is a camera's raw picture (TIFF based), which imgpipe does not read: have the camera write JPEG, or convert it to 16-bit PNG",
    ],
    ['a damaged deflate stream', { 259: 8 }, 'the TIFF is damaged: a strip or tile does not decompress'],
  ])('with %s is refused', async (_, tags, message) => {
    expect(await decoded(tiff({ ...grey, ...tags }, data), 'tiff')).toBe(`undecodable: ${message}`);
  });

  it.each([
    ['huge', { 256: 2 ** 31 - 1, 257: 2 ** 31 - 1 }],
    ['stored in huge tiles', { 322: 60_000, 323: 60_000, 324: 8, 325: 16 }],
    ['stored in tiles of which most is padding', { 256: 4, 257: 10_000, 322: 10_000, 323: 1, 324: 8, 325: 16 }],
  ])('that is %s is refused by its size', async (_, tags) => {
    expect(await decoded(tiff({ ...grey, ...tags }, data), 'tiff')).toMatch(/^too_large: the picture is /);
  });

  it('of which a strip is too short tells which rows are whole', async () => {
    const strips = { ...grey, 273: [8, 16], 278: 2, 279: [7, 8] };
    const { whole, notes } = await decodePicture(tiff(strips, data), 'tiff', { ...LIMITS, acceptsDamage: true });
    expect([...(whole ?? [])]).toEqual([1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1]);
    expect(notes).toEqual(['the TIFF is cut short after 25 % of the rows; only what is whole is compared']);
  });

  it('whose strips all lie on the same data costs no more than the file is long', async () => {
    // A megabyte of clear codes, which expand to nothing, and then a row's four samples: for each of 50,000 rows.
    const clear = '100000000'.repeat(8);
    const block = (bits: string) => Buffer.from(bits.match(/.{8}/g)?.map((byte) => Number.parseInt(byte, 2)) ?? []);
    const row = block(clear.slice(36) + '000000111'.repeat(4));
    const data = Buffer.concat([Buffer.alloc(9 * 2 ** 17, block(clear)), row]);
    const strips = Array<number>(50_000).fill(8);
    const lengths = strips.map(() => data.length);
    const bytes = tiff({ ...grey, 257: 50_000, 259: 5, 273: strips, 278: 1, 279: lengths }, data);
    expect(await outcomeOf({ name: 'overlapping strips', format: 'tiff', bytes })).toBe('undecodable');
    const one = tiff({ ...grey, 257: 1, 259: 5, 278: 1, 279: data.length }, data);
    expect(await decoded(one, 'tiff')).toEqual(Array(12).fill(7));
  });

  it('whose strip inflates to 64 MB is refused', async () => {
    const bomb = deflateSync(Buffer.alloc(2 ** 26));
    const bytes = tiff({ ...grey, 259: 8, 279: bomb.length }, bomb);
    expect(await outcomeOf({ name: 'bomb', format: 'tiff', bytes })).toBe('undecodable');
  });
});

describe('a WebP', () => {
  const lossless = fixture('lossless.webp').subarray(20);
  const damaged = 'undecodable: the WebP is cut short or damaged';

  it('that is cut short says how much is there', async () => {
    const bytes = fixture('lossy.webp');
    expect(await decoded(bytes.subarray(0, 100), 'webp')).toBe(
      `undecodable: the WebP is cut short: 100 of its ${bytes.length} bytes are there`,
    );
  });

  it.each([
    ['a canvas of another size than its picture', webp(['VP8X', canvas(40, 40)], ['VP8L', lossless])],
    [
      'a frame beyond its canvas',
      webp(
        ['VP8X', canvas(37, 29, 2)],
        [
          'ANMF',
          Buffer.concat([Buffer.of(1, 0, 0, 0, 0, 0, 36, 0, 0, 28, 0, 0, 0, 0, 0, 0), webpChunk('VP8L', lossless)]),
        ],
      ),
    ],
  ])('with %s is refused', async (_, bytes) => {
    expect(await decoded(bytes, 'webp')).toBe(
      'undecodable: the WebP is damaged: its picture does not have the size of its canvas',
    );
  });

  it('whose frame has another size than it says is refused', async () => {
    const frame = Buffer.concat([
      Buffer.of(0, 0, 0, 0, 0, 0, 9, 0, 0, 9, 0, 0, 0, 0, 0, 0),
      webpChunk('VP8L', lossless),
    ]);
    expect(await decoded(webp(['VP8X', canvas(99, 99, 2)], ['ANMF', frame]), 'webp')).toBe(damaged);
  });

  it('is refused by its size before libwebp sees it', async () => {
    const huge = Buffer.from(lossless);
    huge.writeUInt32LE(0xfff_ffff, 1);
    expect(await decoded(webp(['VP8L', huge]), 'webp')).toMatch(/^too_large: the picture is 16384 × 16384/);
    expect(
      await decoded(
        webp(
          ['VP8X', canvas(2 ** 24, 2 ** 24, 2)],
          [
            'ANMF',
            Buffer.concat([Buffer.alloc(6), Buffer.of(36, 0, 0, 28, 0, 0, 0, 0, 0, 0), webpChunk('VP8L', lossless)]),
          ],
        ),
        'webp',
      ),
    ).toMatch(/^too_large: the picture is 16777216 × 16777216/);
  });

  it('that libwebp refuses leaves nothing behind: the next one is right', async () => {
    const good = await decoded(fixture('lossless.webp'), 'webp');
    for (let at = 25; at < 400; at++) {
      const bytes = fixture('lossless.webp');
      bytes[at] = 255 - (bytes[at] as number);
      await decoded(bytes, 'webp');
    }
    expect(await decoded(fixture('lossless.webp'), 'webp')).toEqual(good);
  });

  it('that is not whole has no picture, or a damaged one', async () => {
    expect(await decoded(webp(), 'webp')).toBe('undecodable: the WebP has no picture');
    expect(await decoded(webp(['VP8 ', Buffer.alloc(5)]), 'webp')).toBe(damaged);
    expect(await decoded(webp(['VP8L', Buffer.alloc(5)]), 'webp')).toBe(damaged);
    expect(await decoded(webp(['ANMF', Buffer.alloc(5)]), 'webp')).toBe(damaged);
    expect(await decoded(webp(['VP8X', Buffer.alloc(5)]), 'webp')).toBe(damaged);
  });
});

describe('mutated files', () => {
  const names = readdirSync(FOLDER).filter((name) => /\.(webp|gif|bmp|tiff)$/.test(name));

  it.each(names)('of %s decode or are refused, with pixels of the size that was checked', async (name) => {
    const original = fixture(name);
    let state = 13;
    const random = (below: number) => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
      return state % below;
    };
    for (let round = 0; round < 100; round++) {
      const bytes = Buffer.from(original);
      for (let change = 0; change <= round % 4; change++) {
        bytes[random(round % 2 === 0 ? Math.min(200, bytes.length) : bytes.length)] = [0, 255, random(256)][
          round % 3
        ] as number;
      }
      const cut = round % 10 === 0 ? bytes.subarray(0, random(bytes.length)) : bytes;
      const format = sniffFormat(cut);
      if (format === undefined) continue;
      const result = await decoded(cut, format);
      if (typeof result === 'string') expect(result).toMatch(/^(undecodable|too_large): /);
    }
  });
});
