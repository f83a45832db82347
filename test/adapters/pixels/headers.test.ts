import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodePicture } from '../../../src/adapters/pixels/codec.ts';
import { tiffOrientation } from '../../../src/adapters/pixels/exif.ts';
import { readJpegHeader, withoutGarbage } from '../../../src/adapters/pixels/jpeg/header.ts';
import { readPngContents } from '../../../src/adapters/pixels/png/contents.ts';
import { ImgpipeError } from '../../../src/domain/errors.ts';
import { fixture } from '../../fixtures/pictures/expected.ts';

const LIMITS = { maxPixels: 64e6 };

it('size, precision, sampling and orientation are read', () => {
  expect(readJpegHeader(fixture('progressive-420.jpg'))).toMatchObject({
    width: 75,
    height: 53,
    precision: 8,
    progressive: true,
    sampling: [
      { h: 2, v: 2 },
      { h: 1, v: 1 },
      { h: 1, v: 1 },
    ],
    orientation: 1,
  });
  expect(readJpegHeader(fixture('exif-6.jpg'))).toMatchObject({
    width: 19,
    height: 13,
    orientation: 6,
    progressive: false,
  });
  expect(readPngContents(fixture('exif-3.png'))).toMatchObject({
    width: 11,
    height: 6,
    orientation: 3,
    interlaced: false,
  });
});

it('fill bytes and garbage between segments are skipped, as in libjpeg', async () => {
  const bytes = fixture('exif-6.jpg');
  const second = 2 + 2 + bytes.readUInt16BE(4);
  for (const between of [
    [0xff, 0xff, 0xff],
    [0, 1, 2],
    [0xff, 0],
    [0xff, 0xff, 0, 9],
    [0xff, 0xd3],
  ]) {
    const odd = Buffer.concat([bytes.subarray(0, second), Buffer.from(between), bytes.subarray(second)]);
    expect(readJpegHeader(odd)).toEqual(readJpegHeader(bytes));
    expect(Buffer.from(withoutGarbage(odd)).equals(bytes)).toBe(true);
    expect((await decodePicture(odd, 'jpg', LIMITS)).data).toEqual((await decodePicture(bytes, 'jpg', LIMITS)).data);
  }
});

it('any bytes after any header lead to `undecodable` or a header, and terminate', () => {
  const heads = [fixture('exif-6.jpg'), fixture('exif-3.png'), Buffer.alloc(0)];
  fc.assert(
    fc.property(fc.constantFrom(...heads), fc.nat(200), fc.uint8Array({ maxLength: 300 }), (head, length, tail) => {
      const bytes = Buffer.concat([head.subarray(0, length), tail]);
      for (const read of [readJpegHeader, readPngContents]) {
        try {
          read(bytes);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(ImgpipeError);
          expect((thrown as ImgpipeError).code).toBe('undecodable');
        }
      }
    }),
    { numRuns: 2000 },
  );
});

it('megabytes of fill bytes and empty markers terminate', () => {
  for (const byte of [0xff, 0x00, 0xd0]) {
    const bytes = Buffer.alloc(4e6, byte === 0xd0 ? Buffer.from([0xff, 0xd0]) : byte);
    bytes.set([0xff, 0xd8, 0xff, 0x01]);
    expect(() => readJpegHeader(bytes)).toThrow(ImgpipeError);
  }
}, 10_000);

it('the orientation is 1 if its block is corrupt', () => {
  const tiff = fixture('exif-6.jpg').subarray(fixture('exif-6.jpg').indexOf('Exif') + 6);
  expect(tiffOrientation(tiff)).toBe(6);
  expect(tiffOrientation(tiff.subarray(0, 20))).toBe(1);
  fc.assert(
    fc.property(fc.nat(25), fc.nat(255), (at, value) => {
      const corrupt = Buffer.from(tiff.subarray(0, 26));
      corrupt[at] = value;
      expect([1, 2, 3, 4, 5, 6, 7, 8]).toContain(tiffOrientation(corrupt));
    }),
  );
});
