/**
 * `npm run bench:store`: puts and gets of objects of 40 KB and 4 MB, in a folder and on S3, side by side. Starts S3Proxy on this
 * machine, or uses the bucket that IMGPIPE_STORE names.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createFileObjectStore } from '../src/adapters/files/object-store.ts';
import { openS3 } from '../src/adapters/s3/open-s3.ts';
import { loadConfig } from '../src/config/load.ts';
import { s3ConnectionOf } from '../src/config/s3-connection.ts';
import type { ObjectStore } from '../src/ports/object-store.ts';
import { AWS_ENVIRONMENT, connectionTo } from '../test/support/s3/buckets.ts';
import { startS3Server } from '../test/support/s3/s3-server.ts';
import { head, ms, row, say } from './print.ts';
import { percentile } from './statistics.ts';

const SIZES = [
  ['40 KB', 40_000, 1000],
  ['4 MB', 4_000_000, 40],
] as const;
const ROUNDS = 3;
const AT_ONCE = 16;

const folder = mkdtempSync(path.join(tmpdir(), 'imgpipe-bench-'));
const given = s3ConnectionOf(loadConfig({ given: {}, givenAs: 'name', env: process.env }), process.env);
const server = given === undefined ? await startS3Server() : undefined;
if (server !== undefined) Object.assign(process.env, AWS_ENVIRONMENT);
const connection = server === undefined ? given : connectionTo(server);
if (connection === undefined) throw new Error('there is no store');
const s3 = await openS3(connection);
const stores = [
  ['files', createFileObjectStore(folder)],
  ['S3', s3.storeOf(randomUUID())],
] as const;
try {
  say(`on ${connection.endpoint ?? 'AWS'}; medians of ${ROUNDS} rounds, which take turns`);
  head(
    '',
    'store',
    'one after the other, p50',
    `${AT_ONCE} at once, objects/s`,
    'processor time of this process, each',
  );
  for (const [what, size, count] of SIZES) await measure(what, size, count);
} finally {
  const [, [, onS3]] = stores;
  await onS3.remove(await onS3.list('image_database'));
  s3.close();
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
}

interface Figures {
  readonly p50: number;
  readonly rate: number;
  readonly cpu: number;
}

async function measure(what: string, size: number, count: number): Promise<void> {
  const figures = new Map<string, Figures[]>();
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, store] of stores) {
      for (const [kind, found] of Object.entries(await roundOn(store, size, count, `${size}-${round}`))) {
        const key = `${kind} of ${what}|${name}`;
        figures.set(key, [...(figures.get(key) ?? []), found]);
      }
    }
  }
  for (const [key, all] of [...figures].sort(([a], [b]) => b.localeCompare(a))) {
    const median = (of: (each: Figures) => number) => percentile(all.map(of), 0.5);
    row(
      ...key.split('|'),
      ms(median(({ p50 }) => p50)),
      Math.round(median(({ rate }) => rate)),
      ms(
        median(({ cpu }) => cpu),
        2,
      ),
    );
  }
}

async function roundOn(
  store: ObjectStore,
  size: number,
  count: number,
  name: string,
): Promise<Record<'puts' | 'gets', Figures>> {
  const bytes = Buffer.alloc(size, 7);
  const keys = Array.from({ length: count }, (_, index) => `image_database/${name}/${index}.jpg`);
  const alone = keys.slice(0, count / 4);
  const together = keys.slice(count / 4);
  const puts = await figuresOf(
    alone,
    (key) => store.put([{ key, bytes }]),
    together,
    () => store.put(together.map((key) => ({ key, bytes }))),
  );
  const gets = await figuresOf(
    alone,
    (key) => store.get(key),
    together,
    async () => {
      const next = together.values();
      const readers = Array.from({ length: AT_ONCE }, async () => {
        for (const key of next) await store.get(key);
      });
      await Promise.all(readers);
    },
  );
  return { puts, gets };
}

async function figuresOf(
  alone: readonly string[],
  one: (key: string) => Promise<unknown>,
  together: readonly string[],
  all: () => Promise<unknown>,
): Promise<Figures> {
  const times: number[] = [];
  for (const key of alone) {
    const began = performance.now();
    await one(key);
    times.push(performance.now() - began);
  }
  const before = process.cpuUsage();
  const began = performance.now();
  await all();
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(before);
  return {
    p50: percentile(times, 0.5),
    rate: together.length / seconds,
    cpu: (user + system) / 1000 / together.length,
  };
}
