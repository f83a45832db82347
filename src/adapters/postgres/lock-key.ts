import { createHash } from 'node:crypto';

/** The key of an advisory lock of this name: 64 bits, as text. */
export function lockKey(name: string): string {
  return createHash('sha256').update(`imgpipe ${name}`).digest().readBigInt64BE(0).toString();
}
