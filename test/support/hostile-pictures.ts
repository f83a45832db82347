import { constants, deflateRawSync } from 'node:zlib';

const ZEROS = 2 ** 24;

/** An unterminated zlib stream that inflates to `times` 16 MiB of zeros, a thousand times its length. */
export function zeros(times: number): Buffer {
  // After a full flush nothing refers back, so the same bytes can be repeated.
  const once = deflateRawSync(new Uint8Array(ZEROS), { finishFlush: constants.Z_FULL_FLUSH });
  return Buffer.concat([Buffer.from([0x78, 0x9c]), ...Array<Buffer>(times).fill(once)]);
}

/** A JPEG whose frame header has another size than its data. */
export function withFrameSize(bytes: Buffer, width: number, height: number): Buffer {
  const copy = Buffer.from(bytes);
  const frame = copy.findIndex((byte, at) => byte === 0xff && (copy[at + 1] === 0xc0 || copy[at + 1] === 0xc2));
  copy.writeUInt16BE(height, frame + 5);
  copy.writeUInt16BE(width, frame + 7);
  return copy;
}

/** A JPEG whose last scan is repeated. */
export function withRepeatedScan(bytes: Buffer, times: number): Buffer {
  const last = bytes.subarray(bytes.lastIndexOf('ffda', undefined, 'hex'), -2);
  return Buffer.concat([bytes.subarray(0, -2), ...Array<Buffer>(times).fill(last), bytes.subarray(-2)]);
}
