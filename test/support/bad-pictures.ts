import { crc32 } from 'node:zlib';
import type { PictureFormat } from '../../src/domain/records.ts';
import { pick, seeded } from './random.ts';

export interface PictureFile {
  readonly name: string;
  readonly format: PictureFormat;
  readonly bytes: Buffer;
}

type Corruption = (bytes: Buffer, random: () => number) => Buffer;

const CORRUPTIONS: Readonly<Record<string, Corruption>> = {
  truncated: (bytes, random) => bytes.subarray(0, Math.floor(random() * bytes.length)),
  'one bit flipped': (bytes, random) => flipBits(bytes, 1, random),
  'some bits flipped': (bytes, random) => flipBits(bytes, 2 + Math.floor(random() * 40), random),
  // Correct checksums let a damaged PNG pass to the decoder, as a damaged JPEG does.
  'some bits flipped, checksums corrected': (bytes, random) =>
    correctChecksums(flipBits(bytes, 1 + Math.floor(random() * 4), random)),
};

/** File `index` of a seed's reproducible series: one of the given pictures, corrupted. */
export function badPicture(from: readonly PictureFile[], seed: number, index: number): PictureFile {
  const random = seeded(seed * 0x10000 + index);
  const good = pick(random, from);
  const [how, corrupt] = pick(random, Object.entries(CORRUPTIONS));
  const name = `${good.name}, ${how} (SEED=${seed}, number ${index})`;
  return { name, format: good.format, bytes: corrupt(good.bytes, random) };
}

function flipBits(bytes: Buffer, count: number, random: () => number): Buffer {
  const flipped = Buffer.from(bytes);
  for (let i = 0; i < count; i++) {
    const at = Math.floor(random() * flipped.length);
    flipped[at] = (flipped[at] ?? 0) ^ (1 << Math.floor(random() * 8));
  }
  return flipped;
}

/** Corrects the checksum of every chunk of a PNG that can be found. */
function correctChecksums(bytes: Buffer): Buffer {
  for (let at = 8; at + 12 <= bytes.length; ) {
    const end = at + 8 + bytes.readUInt32BE(at);
    if (end + 4 > bytes.length) break;
    bytes.writeUInt32BE(crc32(bytes.subarray(at + 4, end)), end);
    at = end + 4;
  }
  return bytes;
}
