import path from 'node:path';
import { createLocks } from '../../../src/adapters/sqlite/locks.ts';

/** Takes a lock in a folder, prints the result and holds the lock until it is killed. */
const [folder = '', name = '', mode = ''] = process.argv.slice(2);
const locks = createLocks(path.join(folder, 'locks'));
const result = await locks.lock(
  name,
  `the holder (process ${process.pid})`,
  mode === 'shared' ? 'shared' : 'exclusive',
);
process.stdout.write('lock' in result ? 'locked\n' : `held by ${result.holder}\n`);
setInterval(() => {}, 60_000);
