/** Makes JPEGs of one colour and any size. Their data is little: a bit for each zero. */

export interface FlatJpeg {
  readonly width: number;
  readonly height: number;
  /** The sampling factors of each component: `[[2, 2], [1, 1], [1, 1]]`. */
  readonly sampling: readonly (readonly [number, number])[];
  readonly progressive?: boolean;
  /** 8 or 12 bits a sample. */
  readonly precision?: 8 | 12;
  /** The first component's level, in steps of 2 from 128; at most 31. */
  readonly level?: number;
}

const [SOI, EOI, SOF1, SOF2, DHT, SOS, DQT] = [0xd8, 0xd9, 0xc1, 0xc2, 0xc4, 0xda, 0xdb];
const BLOCK = 8;
/** A difference of 6 bits: the code 10. The code 0 is no difference, and for AC the end of the block. */
const CATEGORY = 6;

export function segment(marker: number, body: readonly number[]): Buffer {
  return Buffer.of(0xff, marker, (body.length + 2) >> 8, (body.length + 2) & 255, ...body);
}

export function flatJpeg({ width, height, sampling, progressive = false, precision = 8, level = 0 }: FlatJpeg): Buffer {
  const [maxH, maxV] = [Math.max(...sampling.map(([h]) => h)), Math.max(...sampling.map(([, v]) => v))];
  const mcus = Math.ceil(width / (BLOCK * maxH)) * Math.ceil(height / (BLOCK * maxV));
  const blocks = mcus * sampling.reduce((sum, [h, v]) => sum + h * v, 0);
  const ids = sampling.map((_, index) => index + 1);
  const interleaved = [ids.length, ...ids.flatMap((id) => [id, 0])];
  const frame = [precision, height >> 8, height & 255, width >> 8, width & 255, ids.length];
  const tables = [
    segment(DQT, [0, ...Array<number>(64).fill(16)]),
    segment(progressive ? SOF2 : SOF1, [...frame, ...sampling.flatMap(([h, v], index) => [index + 1, h * 16 + v, 0])]),
    segment(DHT, [0, 1, 1, ...Array<number>(14).fill(0), 0, CATEGORY]),
    segment(DHT, [16, 1, ...Array<number>(15).fill(0), 0]),
  ];
  const scans = progressive
    ? [
        segment(SOS, [...interleaved, 0, 0, 0]),
        entropyData(level, blocks),
        ...sampling.flatMap(([h, v], index) => {
          const [columns, rows] = [Math.ceil((width * h) / maxH / BLOCK), Math.ceil((height * v) / maxV / BLOCK)];
          return [segment(SOS, [1, index + 1, 0, 1, 63, 0]), Buffer.alloc(Math.ceil((columns * rows) / 8))];
        }),
      ]
    : [segment(SOS, [...interleaved, 0, 63, 0]), entropyData(level, 2 * blocks)];
  return Buffer.concat([Buffer.of(0xff, SOI), ...tables, ...scans, Buffer.of(0xff, EOI)]);
}

/** The first difference, and then a bit of 0 for each of the other codes. */
function entropyData(level: number, count: number): Buffer {
  if (level === 0) return Buffer.alloc(Math.ceil(count / 8));
  return Buffer.concat([Buffer.of(0x80 | (32 + level)), Buffer.alloc(Math.ceil((count - 1) / 8))]);
}
