import { undecodable } from '../verdicts.ts';
import { expander } from './expand.ts';
import { readChunkTable, type TiffHeader } from './header.ts';

/** The samples of a picture: bytes, or numbers of 16 bits. */
export interface Samples {
  readonly samples: Uint8Array | Uint16Array;
  /** For each pixel whether it is whole, if data is missing. */
  readonly whole: Uint8Array | undefined;
  /** How many rows precede the first one with missing data. */
  readonly rows: number;
}

/**
 * Reads all samples of a picture, those of fewer than 8 bits as plain numbers. Throws `undecodable` if data is
 * invalid. The time is proportional to the sizes of the file and of the picture.
 */
export function readSamples(bytes: Uint8Array, header: TiffHeader): Samples {
  const { width, height, samplesPerPixel, planar, chunk } = header;
  const count = width * height * samplesPerPixel;
  const samples = header.bitsPerSample === 16 ? new Uint16Array(count) : new Uint8Array(count);
  let whole: Uint8Array | undefined;
  let wholeRows = height;
  const { across, down } = chunk;
  const perChunk = planar ? 1 : samplesPerPixel;
  const rowBytes = Math.ceil((chunk.width * perChunk * header.bitsPerSample) / 8);
  const chunks = chunksOf(bytes, header, rowBytes);
  const expand = expander(header.compression, rowBytes * chunk.height);
  for (let index = 0; index < across * down * (planar ? samplesPerPixel : 1); index++) {
    const [x, y] = [(index % across) * chunk.width, (Math.floor(index / across) % down) * chunk.height];
    // Some programs pad the last strip.
    const expanded = expand(chunks(index));
    const needed = Math.min(chunk.height, height - y);
    const rows = Math.min(needed, Math.floor(expanded.length / rowBytes));
    const columns = Math.min(chunk.width, width - x);
    const sample = planar ? Math.floor(index / (across * down)) : 0;
    for (let row = 0; row < rows; row++) {
      const stored = expanded.subarray(row * rowBytes, (row + 1) * rowBytes);
      const to = ((y + row) * width + x) * samplesPerPixel + sample;
      const target = { to, step: planar ? samplesPerPixel : 1, count: columns * perChunk };
      if (samples instanceof Uint16Array) copyDeepRow(stored, samples, target, header);
      else copyRow(stored, samples, target, header);
    }
    if (rows === needed) continue;
    wholeRows = Math.min(wholeRows, y + rows);
    whole ??= new Uint8Array(width * height).fill(1);
    for (let row = y + rows; row < y + needed; row++) whole.fill(0, row * width + x, row * width + x + columns);
  }
  return { samples, whole, rows: wholeRows };
}

/** The data of each strip or tile, as far as the file goes. Throws `undecodable` if they lie over each other. */
function chunksOf(bytes: Uint8Array, header: TiffHeader, rowBytes: number): (index: number) => Uint8Array {
  const { offsets, byteCounts } = readChunkTable(bytes, header);
  // What is compressed tells itself where it ends, if it is all of the picture.
  const unstated = header.compression === 'none' ? rowBytes * header.chunk.height : bytes.length;
  const dataOf = (index: number) => {
    const offset = offsets[index] as number;
    return bytes.subarray(offset, offset + (byteCounts?.[index] ?? unstated));
  };
  let total = 0;
  for (let index = 0; index < offsets.length; index++) total += dataOf(index).length;
  // Expanding the same data again and again could take without end.
  if (total > bytes.length) throw undecodable('the TIFF is damaged: its strips or tiles lie over each other');
  return header.reversedBits ? (index) => dataOf(index).map((byte) => REVERSED[byte] as number) : dataOf;
}

/** Each byte with its bits in the reverse order. */
const REVERSED = Uint8Array.from({ length: 256 }, (_, byte) => {
  let bits = 0;
  for (let bit = 0; bit < 8; bit++) bits |= ((byte >> bit) & 1) << (7 - bit);
  return bits;
});

/** Where the samples of a row go. */
interface RowTarget {
  readonly to: number;
  readonly step: number;
  readonly count: number;
}

function copyDeepRow(
  stored: Uint8Array,
  samples: Uint16Array,
  { to, step, count }: RowTarget,
  { samplesPerPixel, differences, planar, littleEndian }: TiffHeader,
): void {
  const perPixel = planar ? 1 : samplesPerPixel;
  const [high, low] = littleEndian ? [1, 0] : [0, 1];
  const sums = new Uint16Array(differences ? perPixel : 0);
  for (let index = 0; index < count; index++) {
    let value = ((stored[2 * index + high] as number) << 8) | (stored[2 * index + low] as number);
    if (differences) {
      value = (value + (sums[index % perPixel] as number)) & 0xffff;
      sums[index % perPixel] = value;
    }
    samples[to + index * step] = value;
  }
}

function copyRow(
  stored: Uint8Array,
  samples: Uint8Array,
  { to, step, count }: RowTarget,
  { bitsPerSample: bits, samplesPerPixel, differences, planar }: TiffHeader,
): void {
  const perPixel = planar ? 1 : samplesPerPixel;
  if (bits === 8) {
    const sums = new Uint8Array(differences ? perPixel : 0);
    for (let index = 0; index < count; index++) {
      let value = stored[index] as number;
      if (differences) {
        value = (value + (sums[index % perPixel] as number)) & 0xff;
        sums[index % perPixel] = value;
      }
      samples[to + index * step] = value;
    }
    return;
  }
  const perByte = 8 / bits;
  for (let index = 0; index < count; index++) {
    const shift = 8 - bits * ((index % perByte) + 1);
    samples[to + index * step] = ((stored[Math.floor(index / perByte)] as number) >> shift) & (2 ** bits - 1);
  }
}
