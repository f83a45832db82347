/**
 * `npm run bench:servers`: the whole pipeline on Kafka with its catalog in SQLite or PostgreSQL and its objects in files or on
 * S3, all on this machine, in turns: rates, latency, and how four analyzers scale.
 */

import path from 'node:path';
import { parseArgs } from 'node:util';
import { startPostgres } from '../test/support/postgres/postgres-server.ts';
import { makePictures } from './pictures.ts';
import { newCaseIn, PLACES, type Place, type Servers } from './places.ts';
import { head, ms, row, say } from './print.ts';
import { timed } from './processes.ts';
import { startGateway } from './s3-gateway.ts';
import { createSession, type Session } from './session.ts';
import { spreadStreams } from './spread-streams.ts';
import { percentile } from './statistics.ts';
import { threeProcesses } from './three-processes.ts';
import { watchLatency } from './watch-latency.ts';

const ROUNDS = 2;
const ANALYZERS = [1, 4];

const { values } = parseArgs({
  options: { only: { type: 'string', multiple: true }, quick: { type: 'boolean', default: false } },
});
const session = await createSession({ broker: 'kafka', quick: values.quick });
const postgres = await startPostgres({ fsync: 'on' });
const s3 = await startGateway();
const servers = { postgres, s3 };
try {
  say(`PostgreSQL with fsync, ${s3.name}, medians of ${ROUNDS} rounds`);
  for (const [name, part] of Object.entries({ rates, latency, scale })) {
    if (values.only?.includes(name) ?? true) await part(session, servers);
  }
} finally {
  await session.close();
  await postgres.close();
  await s3.close();
}

/** The figures of each place, which take turns. */
async function inTurns(places: readonly Place[], measure: (place: Place) => Promise<number>) {
  const found = new Map<Place, number[]>(places.map((place) => [place, []]));
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (const [place, figures] of found) figures.push(await measure(place));
  }
  return [...found].map(([{ name }, figures]) => ({ name, median: percentile(figures, 0.5) }));
}

async function rates(session: Session, servers: Servers): Promise<void> {
  const count = session.images(4000);
  const photographs = path.join(session.folder, 'photographs');
  makePictures(photographs, { count: session.images(400), width: 1920, height: 1080, changedEvery: 4 });
  const inputs = [
    { what: `default stream, ${count} images`, images: count, input: ['--count', String(count), '--interval', '0'] },
    { what: '1920 × 1080, every fourth changed', images: session.images(400), input: [photographs] },
  ];
  for (const { what, images, input } of inputs) {
    head(`three processes, ${what}`, 'images/s', 'relative to SQLite and files');
    const all = await inTurns(
      PLACES,
      async (place) => images / (await threeProcesses(await newCaseIn(session, place, servers), input)),
    );
    for (const { name, median } of all) row(name, Math.round(median), (median / (all[0]?.median ?? 1)).toFixed(2));
  }
}

async function latency(session: Session, servers: Servers): Promise<void> {
  const input = ['--count', String(session.images(400)), '--interval', '50ms'];
  head('from image file to alert file, 20 images/s', 'p50', 'more than SQLite and files');
  const all = await inTurns(PLACES, async (place) => {
    const pipeline = await newCaseIn(session, place, servers);
    const watched = watchLatency(pipeline.objects);
    await threeProcesses(pipeline, input);
    return percentile(watched.times(), 0.5);
  });
  for (const { name, median } of all) row(name, ms(median), ms(median - (all[0]?.median ?? 0)));
}

/** Twelve streams, received beforehand, are drained by one analyzer and by four, each with one worker. */
async function scale(session: Session, servers: Servers): Promise<void> {
  const pictures = path.join(session.folder, 'scale');
  const each = session.images(60);
  makePictures(pictures, { count: each, width: 640, height: 480, changedEvery: 2 });
  const streams = spreadStreams(2);
  const places = PLACES.filter(({ catalog, store }) => (catalog === 'sqlite') === (store === 'files'));
  head(
    '640 × 480, every second changed, 12 streams',
    ...ANALYZERS.map((count) => `images/s, analyzers: ${count}`),
    'speed-up',
  );
  const drained = async (place: Place, analyzers: number) => {
    const { args } = await newCaseIn(session, place, servers);
    for (const stream of streams) await timed(['receive', ...args, '--stream', stream, pictures]);
    const began = performance.now();
    const analyze = ['analyze', ...args, '--drain', '--workers', '1'];
    await Promise.all(Array.from({ length: analyzers }, () => timed(analyze)));
    return (each * streams.length * 1000) / (performance.now() - began);
  };
  const found = [];
  for (const analyzers of ANALYZERS) found.push(await inTurns(places, (place) => drained(place, analyzers)));
  for (const [index, { name }] of places.entries()) {
    const figures = found.map((all) => all[index]?.median ?? Number.NaN);
    row(name, ...figures.map(Math.round), ((figures.at(-1) ?? 0) / (figures[0] ?? 1)).toFixed(2));
  }
}
