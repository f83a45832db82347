import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodePicture } from '../../../../src/adapters/pixels/codec.ts';
import { readConditioning } from '../../../../src/adapters/pixels/jpeg/segments.ts';
import { sha256Of } from '../../../../src/base/digest.ts';

const LIMITS = { maxPixels: 1e6 };
const decode = (file: Uint8Array) => decodePicture(file, 'jpg', LIMITS);
const files: Record<string, { readonly sha256: string; readonly file: string }> = JSON.parse(
  readFileSync(new URL('../../../fixtures/jpegs/arithmetic.json', import.meta.url), 'utf8'),
);
const fileOf = (name: string) => Buffer.from(files[name]?.file ?? '', 'base64');

describe('an arithmetic-coded JPEG', () => {
  it('has the samples that djpeg shows, with any sampling, 8 or 12 bits, sequential or progressive', async () => {
    expect(Object.keys(files)).toHaveLength(44);
    for (const [name, { sha256 }] of Object.entries(files)) {
      const { data, samples16, notes } = await decode(fileOf(name));
      const { buffer, byteOffset, byteLength } = samples16 ?? data;
      expect([name, notes, sha256Of(new Uint8Array(buffer, byteOffset, byteLength))]).toEqual([
        name,
        undefined,
        sha256,
      ]);
    }
  });

  const damaged: [string, (file: Buffer) => Buffer, RegExp][] = [
    ['is cut short', (file) => file.subarray(0, file.length * 0.6), /cut short/],
    ['has lost its end marker', (file) => file.subarray(0, -2), /cut short/],
    [
      'has lost half of its data',
      (file) => Buffer.concat([file.subarray(0, file.length * 0.6), file.subarray(-2)]),
      /damaged/,
    ],
    [
      'has bytes before its end marker',
      (file) => Buffer.concat([file.subarray(0, -2), Buffer.alloc(9, 7), file.subarray(-2)]),
      /damaged/,
    ],
  ];
  it.each(damaged)('is refused if it %s', async (_, damage, message) => {
    for (const precision of [8, 12]) {
      const file = damage(fileOf(`${precision} bits, sequential, 2x2,1x1,1x1`));
      await expect(decode(file)).rejects.toMatchObject({
        code: 'undecodable',
        message: expect.stringMatching(message),
      });
    }
  });

  it('shows what was decided before its data end, if damaged pictures are compared', async () => {
    const file = fileOf('8 bits, sequential, 1x1');
    const [all, cut] = [
      await decode(file),
      await decodePicture(file.subarray(0, file.length * 0.8), 'jpg', { ...LIMITS, acceptsDamage: true }),
    ];
    const { whole = new Uint8Array() } = cut;
    const same = whole.every((each, pixel) =>
      each === 1 ? [0, 1, 2].every((channel) => cut.data[pixel * 3 + channel] === all.data[pixel * 3 + channel]) : true,
    );
    expect(same).toBe(true);
    expect(whole.reduce((sum, each) => sum + each, 0)).toBeGreaterThan(200);
  });
});

describe('the conditioning of arithmetic coding', () => {
  it('is read for DC and AC tables', () => {
    expect(readConditioning(Uint8Array.of(0x01, 0x53, 0x12, 63))).toEqual([
      { slot: 1, value: 0x53 },
      { slot: 6, value: 63 },
    ]);
  });

  it.each<[string, number[]]>([
    ['an upper bound below the lower one', [0x00, 0x12]],
    ['a Kx of 0', [0x10, 0]],
    ['a Kx of 64', [0x10, 64]],
    ['a fifth table', [0x04, 0x10]],
    ['half an entry', [0x00]],
  ])('is invalid: %s', (_, body) => {
    expect(readConditioning(Uint8Array.from(body))).toBeUndefined();
  });
});
