import path from 'node:path';
import { createFileSource } from '../../../src/adapters/files/source.ts';

/** Prints the items of a file source on a folder, as another user. */
const [folder = '', uid = ''] = process.argv.slice(2);
process.setgid?.(Number(uid));
process.setuid?.(Number(uid));

const source = createFileSource({ paths: [folder], maxBytes: 1000 });
const lines: string[] = [];
const position = { lastNumber: 0, lastPicture: async () => undefined };
for await (const items of source.pictures(position, new AbortController().signal)) {
  for (const item of items) {
    const from = path.relative(folder, item.origin);
    lines.push(item.kind === 'picture' ? from : `${from}: ${item.error.code}: ${item.error.message}`);
  }
}
process.stdout.write(JSON.stringify(lines));
