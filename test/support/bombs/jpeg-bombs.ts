import { fixture } from '../../fixtures/pictures/expected.ts';
import { flatJpeg, segment } from '../flat-jpeg.ts';
import { withFrameSize, withRepeatedScan } from '../hostile-pictures.ts';
import { bombs, endlessDirectory, repeated } from './bomb.ts';

const baseline = fixture('baseline-420.jpg');
const progressive = fixture('progressive-444.jpg');
const GREY = [[1, 1]] as const;
const EOI = Buffer.of(0xff, 0xd9);

/** A JPEG with segments after its first marker. */
function before(file: Buffer, ...segments: readonly Uint8Array[]): Buffer {
  return Buffer.concat([file.subarray(0, 2), ...segments, file.subarray(2)]);
}

/** A JPEG whose frame leaves its height to a DNL segment after the scan. */
function withLines(lines: number): Buffer {
  const file = withFrameSize(baseline, 65_500, 0);
  return Buffer.concat([file.subarray(0, -2), segment(0xdc, [lines >> 8, lines & 255]), EOI]);
}

/** A grey progressive picture of 59 megapixels with 490 scans that bring nothing: each zero is a run of 8192 blocks. */
function manyScans(): Buffer {
  const [width, height] = [8192, 7168];
  const file = flatJpeg({ width, height, sampling: GREY, progressive: true });
  const runs = segment(0xc4, [16, 1, ...Array<number>(15).fill(0), 0xd0]);
  const codes = (width * height) / 64 / 8192;
  const scan = Buffer.concat([segment(0xda, [1, 1, 0, 1, 63, 0x10]), Buffer.alloc((codes * 14) / 8)]);
  return Buffer.concat([file.subarray(0, -2), runs, ...Array<Buffer>(490).fill(scan), EOI]);
}

const comment = Buffer.concat([Buffer.of(0xff, 0xfe, 0xff, 0xff), Buffer.alloc(65_533)]);
const codeTable = segment(
  0xc4,
  [0, 0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
);
const steps = segment(0xdb, [0, ...Array<number>(64).fill(1)]);
const exif = segment(0xe1, [...Buffer.from('Exif\0\0'), ...endlessDirectory().subarray(0, 60_000)]);

export const JPEG_BOMBS = bombs('jpg', {
  'lines that a DNL segment states: 4290 megapixels': [
    'too_large',
    /^the picture is 65500 × 65500/,
    () => withLines(65_500),
  ],
  'no lines at all': [
    'undecodable',
    /width, height or number of components of 0/,
    () => withFrameSize(baseline, 100, 0),
  ],
  'a million restart intervals without data': [
    'undecodable',
    /^the JPEG is (cut short|damaged)/,
    () => before(withFrameSize(baseline, 8000, 7500), segment(0xdd, [0, 1])),
  ],
  'ten million restart markers in its data': [
    'decodes',
    /restart/,
    () => Buffer.concat([baseline.subarray(0, -2), repeated(Buffer.of(0xff, 0xd0), 10_000_000), EOI]),
  ],
  '10,000 scans': ['undecodable', /more than 500 scans/, () => withRepeatedScan(progressive, 10_000)],
  'a million Huffman tables': [
    'undecodable',
    /more than 10000 tables/,
    () => before(baseline, repeated(codeTable, 1_000_000)),
  ],
  'a million quantization tables': [
    'undecodable',
    /more than 10000 tables/,
    () => before(baseline, repeated(steps, 900_000)),
  ],
  'more codes than there can be': [
    'undecodable',
    undefined,
    () =>
      before(
        baseline.subarray(0, baseline.indexOf('ffda', 0, 'hex')),
        segment(0xc4, [0, 255, ...Array<number>(270).fill(1)]),
      ),
  ],
  '16 million empty segments': [
    'undecodable',
    /more than 1048576 segments/,
    () => before(baseline, repeated(Buffer.of(0xff, 0xfe, 0, 2), 14_000_000)),
  ],
  '64 MB of fill bytes': ['decodes', undefined, () => before(baseline, Buffer.alloc(64e6, 0xff))],
  '64 MB behind its end': [
    'decodes',
    /after the end marker/,
    () => Buffer.concat([baseline, Buffer.alloc(64e6, 0xff)]),
  ],
  'a thousand EXIF directories without end': ['decodes', undefined, () => before(baseline, repeated(exif, 1000))],
  'a million parts of a colour profile': [
    'decodes',
    /ICC/,
    () => before(baseline, repeated(segment(0xe2, [...Buffer.from('ICC_PROFILE\0'), 7, 9]), 1_000_000)),
  ],
  '255 components': [
    'undecodable',
    undefined,
    () =>
      Buffer.concat([
        baseline.subarray(0, 2),
        segment(0xc0, [8, 31, 64, 31, 64, 255, ...Array<number>(765).fill(0x11)]),
        baseline.subarray(2),
      ]),
  ],
  'a side that is too long': ['too_large', /65500 pixels for a side/, () => withFrameSize(baseline, 65_535, 1)],
  '60 megapixels with data for few': ['undecodable', /cut short|damaged/, () => withFrameSize(baseline, 8000, 7500)],
  '16 megapixels, progressive, with data for few': [
    'undecodable',
    /cut short|damaged/,
    () => withFrameSize(progressive, 4000, 4000),
  ],
  '8 megapixels of CMYK with data for few': [
    'undecodable',
    /cut short|damaged/,
    () => withFrameSize(fixture('cmyk.jpg'), 4000, 2000),
  ],
  '60 megapixels of CMYK with data for few': [
    'too_large',
    /max_picture_memory/,
    () => withFrameSize(fixture('cmyk.jpg'), 8000, 7500),
  ],
  'a thousand comments of 64 KiB': ['decodes', undefined, () => before(baseline, repeated(comment, 1000))],
  'a million restart markers before its data': [
    'decodes',
    undefined,
    () => before(baseline, repeated(Buffer.of(0xff, 0xd0), 1_000_000)),
  ],
});

/** It takes minutes, in whatever order its scans are read. */
export const SLOW_BOMBS = bombs('jpg', {
  '490 scans over 59 megapixels': ['too_large', /takes longer than the limit \(max_picture_time\)/, manyScans],
});
