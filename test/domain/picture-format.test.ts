import { expect, it } from 'vitest';
import { sniffFormat } from '../../src/domain/picture-format.ts';

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

it.each([
  ['a JPEG', [0xff, 0xd8, 0xff, 0xe0], 'jpg'],
  ['only the start of a JPEG', [0xff, 0xd8, 0xff], 'jpg'],
  ['a PNG', [...PNG, 0], 'png'],
  ['an incomplete start of a JPEG', [0xff, 0xd8], undefined],
  ['an incomplete signature of a PNG', PNG.slice(0, 7), undefined],
  ['nothing', [], undefined],
  ['text', [...Buffer.from('a picture')], undefined],
])('the format is known by the first bytes: %s', (_, start, format) => {
  expect(sniffFormat(Uint8Array.from(start))).toBe(format);
});
