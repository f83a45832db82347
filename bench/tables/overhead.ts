import { setTimeout as sleep } from 'node:timers/promises';
import { kafkaHosts } from '../../src/config/broker-address.ts';
import { createBareHop } from '../bare-hop.ts';
import { createBusHop } from '../bus-hop.ts';
import type { Hop } from '../hop.ts';
import { someMessages } from '../messages.ts';
import { head, ms, row } from '../print.ts';
import type { Session } from '../session.ts';
import { percentile, sum } from '../statistics.ts';

/** The batch size of the outbox. */
const BATCH = 64;
const ROUNDS = 4;
const PACE_MS = 20;

/** A hop, and the number of messages sent through it. */
interface Runner {
  readonly hop: Hop;
  sent: number;
}

/** The overhead of our bus per message, compared with plain kafkajs. The two take turns. */
export async function overhead(session: Session): Promise<void> {
  const { broker, newPrefix, images } = session;
  const hosts = kafkaHosts(broker) ?? [];
  const bare: Runner = { hop: await createBareHop(hosts, `${newPrefix()}bare`), sent: 0 };
  const ours: Runner = { hop: await createBusHop(broker, newPrefix()), sent: 0 };
  try {
    head('a message through Kafka: send, consume and commit', 'messages', 'plain kafkajs', 'imgpipe', 'overhead');
    // Warm up, so that the code is compiled.
    for (const runner of [bare, ours]) await perMessage(runner, images(1000), 1);

    const inTurns = async (messages: number, each: number) => {
      const times = await turns(bare, ours, (runner) => perMessage(runner, messages / ROUNDS, each));
      return times.map((all) => sum(all) / ROUNDS);
    };
    printRow('one by one', images(4000), await inTurns(images(4000), 1));
    printRow(`in batches of ${BATCH}, like the outbox`, images(400) * BATCH, await inTurns(images(400) * BATCH, BATCH));
    const paced = await turns(bare, ours, (runner) => untilReceived(runner, images(400) / ROUNDS));
    for (const part of [0.5, 0.99]) {
      const figures = paced.map((all) => percentile(all.flat(), part));
      printRow(`one every ${PACE_MS} ms, from send to receipt: p${100 * part}`, images(400), figures);
    }
  } finally {
    await bare.hop.close();
    await ours.hop.close();
  }
}

async function turns<T>(bare: Runner, ours: Runner, measure: (runner: Runner) => Promise<T>): Promise<[T[], T[]]> {
  const results: [T[], T[]] = [[], []];
  for (let round = 1; round <= ROUNDS; round += 1) {
    results[0].push(await measure(bare));
    results[1].push(await measure(ours));
  }
  return results;
}

/** Milliseconds per message, from the first send to the last commit. */
async function perMessage(runner: Runner, count: number, batch: number): Promise<number> {
  const messages = someMessages(count);
  const began = performance.now();
  for (let first = 0; first < count; first += batch) await runner.hop.send(messages.slice(first, first + batch));
  runner.sent += messages.length;
  await runner.hop.committed.until(runner.sent);
  return (performance.now() - began) / messages.length;
}

/** The milliseconds from sending each message to its receipt by the consumer. */
async function untilReceived(runner: Runner, count: number): Promise<number[]> {
  const times: number[] = [];
  for (const message of someMessages(count)) {
    const began = performance.now();
    runner.sent += 1;
    const received = runner.hop.received.until(runner.sent).then(() => times.push(performance.now() - began));
    await runner.hop.send([message]);
    await received;
    await sleep(PACE_MS);
  }
  return times;
}

function printRow(what: string, messages: number, [bare = Number.NaN, ours = Number.NaN]: readonly number[]): void {
  row(what, messages, ms(bare, 3), ms(ours, 3), ms(ours - bare, 3));
}
