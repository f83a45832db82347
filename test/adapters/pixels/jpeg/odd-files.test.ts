import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodePicture } from '../../../../src/adapters/pixels/codec.ts';
import { l2 } from '../../../../src/analysis/l2.ts';
import { sha256Of } from '../../../../src/base/digest.ts';
import { expected, fixture } from '../../../fixtures/pictures/expected.ts';

const ODD = new URL('../../../fixtures/odd-pictures/', import.meta.url);
const odd = (name: string) => readFileSync(new URL(name, ODD));
const pillow = JSON.parse(odd('expected.json').toString()) as Record<string, { a: string; b: string; norm: number }>;

const decode = (bytes: Uint8Array) => decodePicture(bytes, 'jpg', { maxPixels: 1e8 });
const baseline = fixture('baseline-420.jpg');
const progressive = fixture('progressive-420.jpg');
const restarts = fixture('restart-markers.jpg');

/** The n-th place of a marker, counted from 0. */
function placeOf(file: Buffer, marker: number, n = 0): number {
  let at = file.indexOf(Buffer.of(0xff, marker));
  for (let each = 0; each < n; each += 1) at = file.indexOf(Buffer.of(0xff, marker), at + 2);
  expect(at).toBeGreaterThan(0);
  return at;
}
const without = (file: Buffer, from: number, to: number) => Buffer.concat([file.subarray(0, from), file.subarray(to)]);
const withBytes = (file: Buffer, at: number, bytes: Uint8Array) =>
  Buffer.concat([file.subarray(0, at), bytes, file.subarray(at)]);
const changed = (file: Buffer, at: number, value: number) => {
  const copy = Buffer.from(file);
  copy[at] = value;
  return copy;
};
/** A file whose restart markers have other numbers. */
function renumbered(file: Buffer, number: (index: number) => number): Buffer {
  const copy = Buffer.from(file);
  let index = 0;
  for (let at = placeOf(file, 0xda); at < copy.length - 1; at += 1) {
    if (copy[at] !== 0xff || (copy[at + 1] ?? 0) < 0xd0 || (copy[at + 1] ?? 0) > 0xd7) continue;
    copy[at + 1] = 0xd0 + (number(index) & 7);
    index += 1;
  }
  expect(index).toBeGreaterThan(2);
  return copy;
}

describe('a pair of odd files that common decoders show', () => {
  it.each([
    ['plain', undefined],
    ['adobe-transform-5', "Adobe's marker names the unknown colour transform 5"],
    ['cmyk-no-adobe', undefined],
    ['eoi-half', 'the end marker (EOI) is missing'],
    ['fill-before-stuffing', undefined],
    ['icc-part-number-0', 'its ICC profile is broken: part 0 of 1'],
    ['junk-before-eoi', 'surplus bytes before the end marker (EOI)'],
    ['junk-before-rst', 'surplus bytes before a restart marker'],
    ['no-eoi', 'the end marker (EOI) is missing'],
    ['non-interleaved', undefined],
    ['non-interleaved-2x2', undefined],
    ['progressive-scan-bytes-in-trailer', '1503 bytes after the end marker (EOI)'],
    ['sampling-4x1_2x1_2x1', undefined],
    ['segment-length-0', 'a segment states an invalid length'],
    ['sos-params-0-0-0', 'a scan header (SOS) has invalid spectral parameters'],
  ])('has the pixels and the norm of Pillow: %s', async (name, note) => {
    const [a, b] = await Promise.all([decode(odd(`${name}.a.jpg`)), decode(odd(`${name}.b.jpg`))]);
    for (const pixels of [a, b]) expect(pixels.notes).toEqual(note && [note]);
    expect({ a: sha256Of(a.data), b: sha256Of(b.data), norm: l2(a, b).norm }).toEqual(pillow[name]);
  });
});

describe('a file that has all of its picture', () => {
  const jfif = placeOf(baseline, 0xe0);
  const profile = (number: number, count: number) =>
    Buffer.concat([Buffer.from('ffe20012', 'hex'), Buffer.from('ICC_PROFILE\0'), Buffer.of(number, count, 1, 2)]);
  const scan = placeOf(baseline, 0xda);

  it.each<[string, Buffer, string, string]>([
    ['JFIF 2.1', changed(changed(baseline, jfif + 9, 2), jfif + 10, 1), 'baseline-420.jpg', 'its JFIF version is 2.1'],
    [
      'half an ICC profile',
      withBytes(baseline, 2, profile(1, 2)),
      'baseline-420.jpg',
      'its ICC profile is broken: it has 1 of 2 parts',
    ],
    [
      'an ICC part that comes twice',
      withBytes(baseline, 2, Buffer.concat([profile(1, 2), profile(1, 2)])),
      'baseline-420.jpg',
      'its ICC profile is broken: part 1 of 2',
    ],
    [
      'a large trailer',
      Buffer.concat([baseline, Buffer.alloc(5_000_000, 0xff)]),
      'baseline-420.jpg',
      '5000000 bytes after the end marker (EOI)',
    ],
    [
      'a whole JPEG as trailer',
      Buffer.concat([progressive, baseline]),
      'progressive-420.jpg',
      `${baseline.length} bytes after the end marker (EOI)`,
    ],
    [
      'a progressive file without EOI',
      progressive.subarray(0, -2),
      'progressive-420.jpg',
      'the end marker (EOI) is missing',
    ],
    [
      'restarts that start at 1',
      renumbered(restarts, (n) => n + 1),
      'restart-markers.jpg',
      'the restart markers are misnumbered',
    ],
    [
      'restarts that are all 0',
      renumbered(restarts, () => 0),
      'restart-markers.jpg',
      'the restart markers are misnumbered',
    ],
    [
      'restarts beyond the picture',
      withBytes(restarts, restarts.length - 2, Buffer.from('ffd30102ffd40304', 'hex')),
      'restart-markers.jpg',
      'data after the last restart interval',
    ],
    [
      'bytes between segments',
      withBytes(baseline, scan, Buffer.of(1, 2, 3)),
      'baseline-420.jpg',
      'surplus bytes before a marker',
    ],
    [
      'bytes after a scan',
      withBytes(progressive, placeOf(progressive, 0xda, 2), Buffer.of(1, 2, 3)),
      'progressive-420.jpg',
      'surplus bytes before a marker',
    ],
  ])('is decoded, with a note: %s', async (_, file, same, note) => {
    const pixels = await decode(file);
    expect(sha256Of(pixels.data)).toBe(expected.decoded[same]?.sha256);
    expect(pixels.notes).toContain(note);
  });

  it('keeps its notes when it is turned upright', async () => {
    const turned = await decode(fixture('exif-6.jpg').subarray(0, -2));
    expect(turned.notes).toEqual(['the end marker (EOI) is missing']);
  });

  it('is decoded with the standard Huffman tables if it has none, as frames of MJPEG', async () => {
    const tables = placeOf(baseline, 0xc4);
    const standard = Buffer.from(baseline);
    let bare = standard;
    while (bare.indexOf(Buffer.of(0xff, 0xc4)) > 0) {
      const at = bare.indexOf(Buffer.of(0xff, 0xc4));
      bare = without(bare, at, at + 2 + bare.readUInt16BE(at + 2));
    }
    expect(tables).toBeGreaterThan(0);
    const pixels = await decode(bare);
    expect(sha256Of(pixels.data)).toBe(expected.decoded['baseline-420.jpg']?.sha256);
    expect(pixels.notes).toEqual(['the Huffman tables are missing: the standard ones are used']);
  });

  it('is decoded with the height of a DNL segment', async () => {
    const frame = placeOf(baseline, 0xc0);
    const height = baseline.readUInt16BE(frame + 5);
    const noHeight = changed(changed(baseline, frame + 5, 0), frame + 6, 0);
    const dnl = Buffer.from([0xff, 0xdc, 0, 4, height >> 8, height & 255]);
    const pixels = await decode(withBytes(noHeight, noHeight.length - 2, dnl));
    expect(sha256Of(pixels.data)).toBe(expected.decoded['baseline-420.jpg']?.sha256);
    expect(pixels.notes).toBeUndefined();
    await expect(decode(noHeight)).rejects.toThrow('height');
  });
});

describe('a file of whose picture data is missing', () => {
  const scans = (file: Buffer) => file.toString('latin1').split('\xff\xda').length - 1;
  const lastScan = placeOf(progressive, 0xda, scans(progressive) - 1);
  const interval = placeOf(restarts, 0xd2);
  const half = placeOf(baseline, 0xda) + Math.floor((baseline.length - placeOf(baseline, 0xda)) / 2);
  const firstScan = placeOf(progressive, 0xda);
  const zeros = Buffer.alloc(20_000);
  const end = Buffer.of(0xff, 0xd9);

  it.each<[string, Buffer, RegExp]>([
    [
      'a component that never came',
      odd('non-interleaved-cr-missing.a.jpg'),
      /^the JPEG is damaged: the scan of Cr is missing$/,
    ],
    [
      'bytes lost in an interval',
      odd('packet-lost-in-one-interval.a.jpg'),
      /^the JPEG is damaged: data of 6 % of the picture is missing$/,
    ],
    [
      'a file cut short',
      baseline.subarray(0, half), // Pillow's first 31 rows of 53 are those of the whole picture.
      /^the JPEG is cut short after 58 % of the rows$/,
    ],
    [
      'a file cut short, whose end is missing, but not its end marker',
      Buffer.concat([baseline.subarray(0, half), end]),
      /^the JPEG is damaged: its data can be read for 60 % of the rows only$/,
    ],
    [
      'a file whose second half was never written: zeros',
      Buffer.concat([baseline.subarray(0, half), zeros]),
      /^the JPEG is cut short after 58 % of the rows$/,
    ],
    [
      'a file whose second half was never written: erased flash',
      Buffer.concat([baseline.subarray(0, half), zeros.map(() => 0xff)]),
      /^the JPEG is cut short after 58 % of the rows$/,
    ],
    [
      'zeros before the end marker',
      Buffer.concat([baseline.subarray(0, half), zeros, end]),
      /^the JPEG is damaged: data of 42 % of the picture is missing$/,
    ],
    [
      'a file cut short in its header',
      baseline.subarray(0, placeOf(baseline, 0xc4) + 20),
      /^the JPEG is cut short before its image data$/,
    ],
    ['the first two bytes', baseline.subarray(0, 2), /^the JPEG is cut short before its image data$/],
    [
      'a first scan that never came',
      without(progressive, firstScan, placeOf(progressive, 0xc4, 2)),
      /^the JPEG is damaged: the first scans of Y, Cb, and Cr are missing$/,
    ],
    [
      'a last refinement that never came',
      without(progressive, lastScan, progressive.length - 2),
      /^the JPEG is damaged: the last scans of Y are missing$/,
    ],
    [
      'a progressive file cut before its last scan',
      progressive.subarray(0, lastScan),
      /^the JPEG is cut short: the last scans of Y are missing$/,
    ],
    [
      'a restart that is missing',
      without(restarts, interval, interval + 2),
      /^the JPEG is damaged: data of \d+ % of the picture is missing$/,
    ],
    [
      'an interval that is missing',
      without(restarts, interval, placeOf(restarts, 0xd3)),
      /^the JPEG is damaged: data of \d+ % of the picture is missing$/,
    ],
  ])('is undecodable, and the message says what: %s', async (_, file, message) => {
    await expect(decode(file)).rejects.toMatchObject({ code: 'undecodable', message: expect.stringMatching(message) });
  });
});

it('a CMYK file with invalid tables or sampling factors is corrupt, not a picture', async () => {
  const file = fixture('cmyk.jpg');
  const lastSymbol = placeOf(file, 0xc4) + 4 + 17 + 11;
  const sampling = placeOf(file, 0xc0) + 14;
  expect([file[lastSymbol], file[sampling]]).toEqual([11, 0x11]);
  for (const bogus of [changed(file, lastSymbol, 255), changed(file, sampling, 0x19)])
    await expect(decode(bogus)).rejects.toMatchObject({ message: 'the JPEG is truncated or corrupt' });
});

describe('a JPEG of a kind that is not read', () => {
  const kinds: [string, number, RegExp][] = [
    ['lossless', 0xc3, /^it is a lossless JPEG, which imgpipe does not read: /],
    ['hierarchical', 0xc5, /^it is a hierarchical JPEG, which imgpipe does not read: /],
    ['JPEG-LS', 0xf7, /^it is a JPEG-LS, which imgpipe does not read: /],
  ];
  it.each(kinds)('is named: %s', async (_, marker, message) => {
    const file = changed(baseline, placeOf(baseline, 0xc0) + 1, marker);
    await expect(decode(file)).rejects.toMatchObject({ code: 'undecodable', message: expect.stringMatching(message) });
  });

  it('is named: samples of neither 8 nor 12 bits', async () => {
    const file = changed(baseline, placeOf(baseline, 0xc0) + 4, 10);
    await expect(decode(file)).rejects.toThrow('it is a JPEG with 10 bits a sample, which imgpipe does not read');
  });
});

describe('a header that is a bomb', () => {
  it('costs no memory: millions of empty segments', async () => {
    const file = Buffer.concat([
      baseline.subarray(0, 2),
      Buffer.alloc(4 * 5_000_000, Buffer.from('fffe0002', 'hex')),
      baseline.subarray(2),
    ]);
    const before = process.memoryUsage.rss();
    await expect(decode(file)).rejects.toThrow('the JPEG has more than 1048576 segments before its first scan');
    expect(process.memoryUsage.rss() - before).toBeLessThan(50e6);
  });

  it.each<[string, Buffer]>([
    ['fill bytes in the place of data', Buffer.concat([baseline.subarray(0, -600), Buffer.alloc(30_000_000, 0xff)])],
    [
      'fill bytes before each marker',
      Buffer.concat([restarts.subarray(0, -2), Buffer.alloc(30_000_000, 'ffffd0', 'hex')]),
    ],
    [
      'garbage before each segment',
      Buffer.concat([progressive.subarray(0, -2), Buffer.alloc(1_500_000, Buffer.from('00fffe0002', 'hex'))]),
    ],
    ['zeros after each restart', Buffer.concat([restarts.subarray(0, -2), Buffer.alloc(10_000_000, 'ffd000', 'hex')])],
  ])('costs time in proportion to the file: %s', async (_, file) => {
    const { user } = process.cpuUsage();
    await decode(file).catch(() => undefined);
    expect((process.cpuUsage().user - user) / 1e6).toBeLessThan(5);
  });

  it('costs no time for each interval: a tall picture of one-block intervals, all too short', async () => {
    const tall = changed(changed(restarts, placeOf(restarts, 0xc0) + 5, 0xea), placeOf(restarts, 0xc0) + 6, 0x60);
    const single = changed(tall, placeOf(tall, 0xdd) + 5, 1);
    const end = placeOf(single, 0xda) + 14;
    const file = Buffer.concat([
      single.subarray(0, end),
      Buffer.alloc(600_000, Buffer.from('55ffd055ffd155ffd2', 'hex')),
    ]);
    const { user } = process.cpuUsage();
    await expect(decode(file)).rejects.toThrow('the JPEG is');
    expect((process.cpuUsage().user - user) / 1e6).toBeLessThan(5);
  });

  it('is not taken for scans: their bytes in a comment', async () => {
    const comment = Buffer.concat([Buffer.from('fffe0fa2', 'hex'), Buffer.alloc(4000, Buffer.from('ffda', 'hex'))]);
    const pixels = await decode(withBytes(progressive, 2, comment));
    expect(sha256Of(pixels.data)).toBe(expected.decoded['progressive-420.jpg']?.sha256);
  });
});
