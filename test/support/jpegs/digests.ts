import { readFileSync } from 'node:fs';
import { sha256Of } from '../../../src/base/digest.ts';
import type { JpegSet } from './description.ts';

const DIGEST_CHARACTERS = 16;

/** The digests of a set's files, as other decoders see them (see make.py). */
export function digestsOf(set: JpegSet): string[] {
  const all = readFileSync(new URL(`../../fixtures/jpegs/${set}.digests`, import.meta.url)).toString('hex');
  return all.match(new RegExp(`.{${DIGEST_CHARACTERS}}`, 'g')) ?? [];
}

export function digestOf(samples: Uint8Array | Uint16Array): string {
  const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  return sha256Of(bytes).slice(0, DIGEST_CHARACTERS);
}
