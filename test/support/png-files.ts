import { crc32 } from 'node:zlib';

/** A chunk with its length and checksum. */
export function chunk(name: string, body: Uint8Array = new Uint8Array()): Buffer {
  const named = Buffer.concat([Buffer.from(name), body]);
  const framed = Buffer.alloc(named.length + 8);
  framed.writeUInt32BE(body.length);
  named.copy(framed, 4);
  framed.writeUInt32BE(crc32(named), named.length + 4);
  return framed;
}

/** A chunk with a wrong checksum. */
export function brokenChunk(name: string, body: Uint8Array = new Uint8Array()): Buffer {
  const broken = chunk(name, body);
  broken[broken.length - 1] = (broken.at(-1) ?? 0) ^ 1;
  return broken;
}

/** The header chunk of a PNG. */
export function ihdr(width: number, height: number, depth: number, colour: number, interlace = 0): Buffer {
  const head = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, depth, colour, 0, 0, interlace]);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  return chunk('IHDR', head);
}

/** A PNG of these chunks, with signature and IEND. */
export function png(...chunks: Buffer[]): Buffer {
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, ...chunks, chunk('IEND')]);
}
