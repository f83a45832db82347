import { cutShort, undecodable } from '../verdicts.ts';
import { expand } from './expand.ts';
import { readChunkTable, type TiffHeader } from './header.ts';

/**
 * Reads all samples of a picture, a byte for each: the high byte of 16 bits, the plain number of fewer than 8. Throws
 * `undecodable` if data is missing or invalid. The time is proportional to the sizes of the file and of the picture.
 */
export function readSamples(bytes: Uint8Array, header: TiffHeader): Uint8Array {
  const { width, height, samplesPerPixel, planar, chunk } = header;
  const { offsets, byteCounts } = readChunkTable(bytes, header);
  // A file whose strips lie over each other could make work without end.
  if (byteCounts.reduce((sum, count) => sum + count, 0) > bytes.length) {
    throw undecodable('the TIFF is cut short or damaged: its strips or tiles are longer than the file');
  }
  const samples = new Uint8Array(width * height * samplesPerPixel);
  const { across, down } = chunk;
  const perChunk = planar ? 1 : samplesPerPixel;
  const rowBytes = Math.ceil((chunk.width * perChunk * header.bitsPerSample) / 8);
  offsets.forEach((offset, index) => {
    const [x, y] = [(index % across) * chunk.width, (Math.floor(index / across) % down) * chunk.height];
    const rows = Math.min(chunk.height, height - y);
    const data = bytes.subarray(offset, offset + (byteCounts[index] as number));
    // Some programs pad the last strip.
    const expanded = expand(data, header.compression, rowBytes * chunk.height);
    if (expanded.length < rowBytes * rows) throw cutShort('TIFF', y + Math.floor(expanded.length / rowBytes), height);
    const columns = Math.min(chunk.width, width - x);
    const sample = planar ? Math.floor(index / (across * down)) : 0;
    for (let row = 0; row < rows; row++) {
      const stored = expanded.subarray(row * rowBytes, (row + 1) * rowBytes);
      const to = ((y + row) * width + x) * samplesPerPixel + sample;
      copyRow(stored, { samples, to, step: planar ? samplesPerPixel : 1, count: columns * perChunk }, header);
    }
  });
  return samples;
}

/** Where the samples of a row go. */
interface RowTarget {
  readonly samples: Uint8Array;
  readonly to: number;
  readonly step: number;
  readonly count: number;
}

function copyRow(stored: Uint8Array, { samples, to, step, count }: RowTarget, header: TiffHeader): void {
  const { bitsPerSample: bits, differences, planar, littleEndian } = header;
  const perPixel = planar ? 1 : header.samplesPerPixel;
  if (bits === 16) {
    const [high, low] = littleEndian ? [1, 0] : [0, 1];
    const sums = new Uint16Array(differences ? perPixel : 0);
    for (let index = 0; index < count; index++) {
      let value = ((stored[2 * index + high] as number) << 8) | (stored[2 * index + low] as number);
      if (differences) {
        value = (value + (sums[index % perPixel] as number)) & 0xffff;
        sums[index % perPixel] = value;
      }
      samples[to + index * step] = value >> 8;
    }
    return;
  }
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
