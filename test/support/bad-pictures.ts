import { crc32 } from 'node:zlib';
import type { PictureFormat } from '../../src/domain/records.ts';
import { pick, seeded } from './random.ts';

export interface PictureFile {
  readonly name: string;
  readonly format: PictureFormat;
  readonly bytes: Buffer;
}

type Spoiler = (bytes: Buffer, random: () => number) => Buffer;

const SPOILERS: Readonly<Record<string, Spoiler>> = {
  cut: (bytes, random) => bytes.subarray(0, Math.floor(random() * bytes.length)),
  'one bit turned': (bytes, random) => turnBits(bytes, 1, random),
  'some bits turned': (bytes, random) => turnBits(bytes, 2 + Math.floor(random() * 40), random),
  // Behind its check sums a PNG is as open to damage as a JPEG.
  'some bits turned, check sums mended': (bytes, random) =>
    mendCheckSums(turnBits(bytes, 1 + Math.floor(random() * 4), random)),
};

/** Number `index` of a row of bad files that the seed repeats: one of these, spoilt in one of some ways. */
export function badPicture(from: readonly PictureFile[], seed: number, index: number): PictureFile {
  const random = seeded(seed * 0x10000 + index);
  const good = pick(random, from);
  const [how, spoil] = pick(random, Object.entries(SPOILERS));
  const name = `${good.name}, ${how} (SEED=${seed}, number ${index})`;
  return { name, format: good.format, bytes: spoil(good.bytes, random) };
}

function turnBits(bytes: Buffer, count: number, random: () => number): Buffer {
  const turned = Buffer.from(bytes);
  for (let i = 0; i < count; i++) {
    const at = Math.floor(random() * turned.length);
    turned[at] = (turned[at] ?? 0) ^ (1 << Math.floor(random() * 8));
  }
  return turned;
}

/** Gives every chunk of a PNG the check sum that it should have, as far as chunks can be made out. */
function mendCheckSums(bytes: Buffer): Buffer {
  for (let at = 8; at + 12 <= bytes.length; ) {
    const end = at + 8 + bytes.readUInt32BE(at);
    if (end + 4 > bytes.length) break;
    bytes.writeUInt32BE(crc32(bytes.subarray(at + 4, end)), end);
    at = end + 4;
  }
  return bytes;
}
