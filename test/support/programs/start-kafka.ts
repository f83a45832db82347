import { startKafka } from '../kafka/kafka-cluster.ts';

/** Starts a broker, prints its address, and closes it (`close`) or stays until it is killed (`stay`). */
const [then] = process.argv.slice(2);
const kafka = await startKafka();
process.stdout.write(`${kafka.address}\n`);
if (then === 'close') await kafka.close();
else setInterval(() => {}, 60_000);
