import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isDeepPicture } from '../../src/domain/sample-depth.ts';
import { deepTiff } from '../support/deep-pictures.ts';

const read = (name: string) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url));
const tiffs = JSON.parse(read('deep/tiffs.json').toString()) as readonly { name: string; file: string }[];

describe('whether a picture has 16 bits', () => {
  it.each(tiffs)('is known of a TIFF: $name', ({ file }) => {
    expect(isDeepPicture(Buffer.from(file, 'base64'))).toBe(true);
  });

  it.each([
    ['odd-pictures/png-16bit-12bit-sky-new-star.a.png', true],
    ['pictures/rgb8.png', false],
    ['kinds/grey-raw.tiff', false],
    ['kinds/rgb-raw.tiff', false],
    ['kinds/grey4.tiff', false],
    ['kinds/rgb.bmp', false],
    ['pictures/grey.jpg', false],
  ])('is known of %s: %s', (name, isDeep) => {
    expect(isDeepPicture(read(name))).toBe(isDeep);
  });

  it('is told without an error of a file that is cut short anywhere, or leads out of itself', () => {
    const tiff = deepTiff({ width: 1, height: 1, samples: [1, 2, 3] });
    for (let length = 0; length < tiff.length; length++) isDeepPicture(tiff.subarray(0, length));
    const away = Buffer.alloc(8, 0xff);
    away.write('II*\0', 'latin1');
    expect(isDeepPicture(away)).toBe(false);
  });
});
