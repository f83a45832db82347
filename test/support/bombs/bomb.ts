import type { PictureFormat } from '../../../src/domain/records.ts';

/** A file that was made to take memory or time without end, and what becomes of it. */
export interface Bomb {
  readonly name: string;
  readonly format: PictureFormat;
  readonly verdict: 'decodes' | 'undecodable' | 'too_large';
  /** What the verdict says, or the first note on a picture that decodes. */
  readonly says?: RegExp;
  readonly make: () => Buffer;
}

/** The bombs of a format, from their names to their verdicts and makers. */
export function bombs(
  format: PictureFormat,
  table: Readonly<Record<string, readonly [Bomb['verdict'], RegExp | undefined, () => Buffer]>>,
): Bomb[] {
  return Object.entries(table).map(([name, [verdict, says, make]]) => {
    return { name, format, verdict, make, ...(says && { says }) };
  });
}

export function repeated(bytes: Uint8Array, times: number): Buffer {
  return Buffer.alloc(bytes.length * times, bytes);
}

/** A TIFF block of a megabyte whose directory says that it has the most entries, and which each entry points back to. */
export function endlessDirectory(): Buffer {
  const entry = Buffer.from([0x87, 0x69, 0, 4, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 8]);
  return Buffer.concat([
    Buffer.from('MM\0*\0\0\0\x08\xff\xff', 'latin1'),
    repeated(entry, 65_535),
    Buffer.from([0, 0, 0, 8]),
  ]);
}
