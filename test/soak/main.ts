import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { withDeadline } from '../../src/base/deadlines.ts';
import { newCatalog } from '../support/postgres/databases.ts';
import { startPostgres } from '../support/postgres/postgres-server.ts';
import { ROUNDS } from '../support/rounds/fault-rounds.ts';
import { createSite, kafkaBus, type Site } from '../support/rounds/site.ts';
import { type Clusters, createClusters } from './clusters.ts';
import { KAFKA_KINDS, type KafkaKind, settingsOf } from './kinds.ts';
import { startStoreServer, storeKinds } from './stores.ts';

/**
 * Repeats the rounds of faults with new seeds: `ROUNDS=500 SEED=1 npm run soak -- [--broker embedded|kafka]
 * [--catalog sqlite|postgres] [--store files|s3] [--only <kind>]`. With S3, the store fails too.
 * Starts the servers that it needs. Keeps the folder and logs of a failed round.
 */
const { values } = parseArgs({
  options: {
    broker: { type: 'string', default: 'embedded' },
    catalog: { type: 'string', default: 'sqlite' },
    store: { type: 'string', default: 'files' },
    only: { type: 'string' },
  },
});
if (!['embedded', 'kafka'].includes(values.broker)) fail(`--broker: expected embedded or kafka, got ${values.broker}`);
if (!['sqlite', 'postgres'].includes(values.catalog))
  fail(`--catalog: expected sqlite or postgres, got ${values.catalog}`);
if (!['files', 's3'].includes(values.store)) fail(`--store: expected files or s3, got ${values.store}`);
const onKafka = values.broker === 'kafka';
const postgres = values.catalog === 'postgres' ? await startPostgres() : undefined;
if (postgres !== undefined && !onKafka) fail('--catalog postgres: only with --broker kafka');
const s3 = values.store === 's3' ? await startStoreServer() : undefined;
const storeRounds = s3 === undefined ? {} : storeKinds(s3);
const kinds = [...Object.keys(storeRounds), ...Object.keys(onKafka ? KAFKA_KINDS : ROUNDS)];
const names = values.only === undefined ? kinds : kinds.filter((name) => name === values.only);
if (names.length === 0) fail(`--only: expected one of ${kinds.join(', ')}`);
const rounds = Number(process.env['ROUNDS'] ?? 50);
const firstSeed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);

/** A round that takes longer is considered hung. */
const MAX_ROUND_MS = 300_000;

const clusters = createClusters();
const counts = new Map(names.map((name) => [name, { passed: 0, failed: 0 }]));
say(`${rounds} rounds on the ${values.broker} broker from seed ${firstSeed}`);
for (let index = 0; index < rounds; index += 1) {
  const name = names[index % names.length] ?? '';
  const seed = firstSeed + index;
  const folder = mkdtempSync(path.join(tmpdir(), 'imgpipe-soak-'));
  const begin = performance.now();
  const problems = await play(name, seed, folder).catch((error) => [String(error?.stack ?? error)]);
  const passed = problems.length === 0;
  const count = counts.get(name);
  if (count !== undefined) count[passed ? 'passed' : 'failed'] += 1;
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  say(`${index + 1} of ${rounds}: ${name}, seed ${seed}: ${passed ? 'passed' : `FAILED in ${folder}`} (${seconds} s)`);
  for (const problem of problems) say(`  ${problem}`);
  if (passed) rmSync(folder, { recursive: true, force: true });
}
await clusters.close();
await postgres?.close();
await s3?.close();
for (const [name, { passed, failed }] of counts) say(`${name}: ${passed} passed, ${failed} failed`);
const failed = [...counts.values()].reduce((sum, each) => sum + each.failed, 0);
say(`${rounds - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** Runs a round. Resolves with the problems found. */
async function play(name: string, seed: number, folder: string): Promise<string[]> {
  const round = storeRounds[name] ?? ROUNDS[name];
  const kind = storeRounds[name] === undefined ? KAFKA_KINDS[name] : ({ round: storeRounds[name], nodes: 1 } as const);
  if (onKafka && kind !== undefined) return playOnKafka(kind, seed, folder, clusters);
  const site = createSite(folder, s3?.newStore());
  return withinDeadline(site, round?.(site, seed));
}

async function playOnKafka(
  { round, nodes, bus, spoilsCluster }: KafkaKind,
  seed: number,
  folder: string,
  from: Clusters,
) {
  const kafka = await from.take(nodes);
  const catalog = postgres === undefined ? {} : { IMGPIPE_CATALOG: await newCatalog(postgres) };
  const site = createSite(
    folder,
    kafkaBus(kafka.address, { ...settingsOf(seed), ...bus, ...catalog, ...s3?.newStore() }),
  );
  try {
    const problems = await withinDeadline(site, round(site, seed, kafka));
    if (problems.length > 0 || spoilsCluster) await from.drop(nodes);
    return problems;
  } catch (error) {
    await from.drop(nodes);
    throw error;
  }
}

async function withinDeadline(site: Site, round: Promise<string[]> = Promise.resolve(['unknown kind of round'])) {
  try {
    return await withDeadline(MAX_ROUND_MS, round, () => new Error(`not finished after ${MAX_ROUND_MS / 1000} s`));
  } finally {
    await site.close();
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function fail(message: string): never {
  process.stderr.write(`soak: ${message}\n`);
  process.exit(2);
}
