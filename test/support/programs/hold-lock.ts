import path from 'node:path';
import { createClaims } from '../../../src/adapters/sqlite/locks.ts';

/** Takes a claim in a folder, prints the answer and holds it until it is killed. */
const [folder = '', name = '', mode = ''] = process.argv.slice(2);
const claims = createClaims(path.join(folder, 'locks'));
const answer = await claims.claim(
  name,
  `the holder (process ${process.pid})`,
  mode === 'shared' ? 'shared' : 'exclusive',
);
process.stdout.write('claim' in answer ? 'claimed\n' : `held by ${answer.heldBy}\n`);
setInterval(() => {}, 60_000);
