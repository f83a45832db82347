import { setTimeout as sleep } from 'node:timers/promises';
import { kafkaHosts } from '../../src/config/broker-address.ts';
import { createBareHop } from '../bare-hop.ts';
import type { Session } from '../bench-folder.ts';
import { createBusHop } from '../bus-hop.ts';
import type { Hop } from '../hop.ts';
import { someMessages } from '../messages.ts';
import { head, ms, row } from '../print.ts';
import { percentile, sum } from '../statistics.ts';

/** As many as the outbox sends together. */
const BATCH = 64;
const ROUNDS = 4;
const PACE_MS = 20;

/** A hop, and how many messages it has had so far. */
interface Runner {
  readonly hop: Hop;
  sent: number;
}

/** What a message costs on its way through the bus of the house, above kafkajs alone. The two take turns. */
export async function overhead(workplace: Session): Promise<void> {
  const { broker, newPrefix, images } = workplace;
  const hosts = kafkaHosts(broker) ?? [];
  const bare: Runner = { hop: await createBareHop(hosts, `${newPrefix()}bare`), sent: 0 };
  const ours: Runner = { hop: await createBusHop(broker, newPrefix()), sent: 0 };
  try {
    head('a message through Kafka: sent, taken and committed', 'messages', 'bare kafkajs', 'ours', 'above it');
    // Once without the clock, so that the code is compiled.
    for (const runner of [bare, ours]) await perMessage(runner, images(1000), 1);

    const inTurn = async (messages: number, each: number) => {
      const times = await turns(bare, ours, (runner) => perMessage(runner, messages / ROUNDS, each));
      return times.map((all) => sum(all) / ROUNDS);
    };
    tell('one by one', images(4000), await inTurn(images(4000), 1));
    tell(`in batches of ${BATCH}, as the outbox sends`, images(400) * BATCH, await inTurn(images(400) * BATCH, BATCH));
    const paced = await turns(bare, ours, (runner) => untilTaken(runner, images(400) / ROUNDS));
    for (const part of [0.5, 0.99]) {
      const figures = paced.map((all) => percentile(all.flat(), part));
      tell(`one every ${PACE_MS} ms, from send until taken: p${100 * part}`, images(400), figures);
    }
  } finally {
    await bare.hop.close();
    await ours.hop.close();
  }
}

async function turns<T>(bare: Runner, ours: Runner, work: (runner: Runner) => Promise<T>): Promise<[T[], T[]]> {
  const answers: [T[], T[]] = [[], []];
  for (let round = 1; round <= ROUNDS; round += 1) {
    answers[0].push(await work(bare));
    answers[1].push(await work(ours));
  }
  return answers;
}

/** Milliseconds a message, from the first one's sending until the last one is committed. */
async function perMessage(runner: Runner, count: number, batch: number): Promise<number> {
  const messages = someMessages(count);
  const began = performance.now();
  for (let first = 0; first < count; first += batch) await runner.hop.send(messages.slice(first, first + batch));
  runner.sent += messages.length;
  await runner.hop.committed.until(runner.sent);
  return (performance.now() - began) / messages.length;
}

/** The milliseconds that each of some messages took until the consumer was handed it. */
async function untilTaken(runner: Runner, count: number): Promise<number[]> {
  const times: number[] = [];
  for (const message of someMessages(count)) {
    const began = performance.now();
    runner.sent += 1;
    const taken = runner.hop.taken.until(runner.sent).then(() => times.push(performance.now() - began));
    await runner.hop.send([message]);
    await taken;
    await sleep(PACE_MS);
  }
  return times;
}

function tell(what: string, messages: number, [bare = Number.NaN, ours = Number.NaN]: readonly number[]): void {
  row(what, messages, ms(bare, 3), ms(ours, 3), ms(ours - bare, 3));
}
