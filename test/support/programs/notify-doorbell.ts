import { createDoorbell } from '../../../src/adapters/sqlite/doorbell.ts';

/** Notifies a doorbell on each SIGUSR2. */
const [file = ''] = process.argv.slice(2);
const bell = createDoorbell(file);
process.on('SIGUSR2', () => bell.notify());
setInterval(() => {}, 60_000);
process.stdout.write('ready\n');
