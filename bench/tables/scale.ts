import { cpSync, renameSync } from 'node:fs';
import path from 'node:path';
import { L2 } from '../../src/analysis/techniques.ts';
import { kafkaHosts } from '../../src/config/broker-address.ts';
import { consumerGroup } from '../../src/domain/messages.ts';
import { deleteGroup } from '../kafka-admin.ts';
import { makePictures } from '../pictures.ts';
import { head, row, say } from '../print.ts';
import { timed } from '../processes.ts';
import type { Case, Session } from '../session.ts';
import { PARTITIONS, spreadStreams } from '../spread-streams.ts';
import { sum } from '../statistics.ts';

const PER_PARTITION = 2;
const ROUNDS = 2;

/** The numbers of analyzers and of workers per analyzer. The first setup is the baseline. */
const SETUPS = [
  { name: 'one analyzer, 1 worker', analyzers: 1, workers: 1 },
  { name: '2 analyzers, 1 worker each', analyzers: 2, workers: 1 },
  { name: 'one analyzer, 4 workers', analyzers: 1, workers: 4 },
  { name: '2 analyzers, 2 workers each', analyzers: 2, workers: 2 },
] as const;
type Setup = (typeof SETUPS)[number];

/**
 * The effect of a second analyzer, and of workers. The images are received once; each run drains a copy of the folder
 * with a new consumer group. The setups take turns, so that other load on the machine affects them equally.
 */
export async function scale(session: Session): Promise<void> {
  const streams = spreadStreams(PER_PARTITION);
  const each = session.images(300);
  const pictures = path.join(session.folder, 'scale');
  makePictures(pictures, { count: each, width: 640, height: 480, changedEvery: 2 });
  const received = session.newCase();
  for (const stream of streams) await timed(['receive', ...received.args, '--stream', stream, pictures]);
  // While the original is where it was, its copies are refused.
  renameSync(received.folder, receivedFolder(received));

  say(`\n${streams.length} streams, ${PER_PARTITION} on each of ${PARTITIONS} partitions: ${streams.join(', ')}`);
  head('640 × 480, every second changed, 12 streams', 'images', 'time', 'images/s', 'speed-up');
  const images = streams.length * each;
  const runs = new Map<Setup, number[]>(SETUPS.map((setup) => [setup, []]));
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (const [setup, times] of runs) times.push(await drainCopy(session, received, setup));
  }
  const alone = sum(runs.get(SETUPS[0]) ?? []);
  for (const [{ name }, times] of runs) {
    const seconds = sum(times) / ROUNDS;
    row(name, images, `${seconds.toFixed(1)} s`, Math.round(images / seconds), (alone / sum(times)).toFixed(2));
  }
}

function receivedFolder({ folder }: Case): string {
  return `${folder}-received`;
}

/** Runs the analyzers concurrently. Returns the seconds from their start until the last one exits. */
async function drainCopy({ newPrefix, folder }: Session, received: Case, setup: Setup): Promise<number> {
  const copy = path.join(folder, `copy-${newPrefix()}`);
  cpSync(receivedFolder(received), copy, { recursive: true });
  await deleteGroup(kafkaHosts(received.broker) ?? [], received.prefix + consumerGroup(L2.id));
  const began = performance.now();
  // The last occurrence of a flag counts.
  const args = ['analyze', ...received.args, '--data', copy, '--drain', '--workers', String(setup.workers)];
  await Promise.all(Array.from({ length: setup.analyzers }, () => timed(args)));
  return (performance.now() - began) / 1000;
}
