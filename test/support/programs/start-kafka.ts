import { startKafka } from '../kafka/kafka-cluster.ts';

/** Starts a broker and prints its address. Then closes it (`close`) or runs until it is killed (`stay`). */
const [then] = process.argv.slice(2);
const kafka = await startKafka();
process.stdout.write(`${kafka.address}\n`);
if (then === 'close') await kafka.close();
else setInterval(() => {}, 60_000);
