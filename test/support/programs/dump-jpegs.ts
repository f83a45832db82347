import { COUNTS, describeJpeg, type JpegSet } from '../jpegs/description.ts';
import { makeGreyJpegs, makeJpeg } from '../jpegs/file.ts';

// Writes the files of a set to stdout for make.py, each after its length, four bytes. Files with fractional sampling factors are
// followed by those of their components, and preceded by their description.
const set = process.argv[2] as JpegSet;

function put(bytes: Uint8Array): void {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  process.stdout.write(Buffer.concat([length, bytes]));
}

for (let index = 0; index < COUNTS[set]; index++) {
  const description = describeJpeg(set, index);
  if (set === 'fractional') put(Buffer.from(JSON.stringify(description)));
  put(makeJpeg(description));
  if (set === 'fractional') for (const grey of makeGreyJpegs(description)) put(grey);
}
