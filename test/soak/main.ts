import { ROUNDS } from '../support/rounds/fault-rounds.ts';
import { KAFKA_KINDS, type Kind } from './kinds.ts';
import { commandOf, readOptions, type SoakOptions } from './options.ts';
import { play } from './play.ts';
import { type Servers, startServers } from './servers.ts';

/**
 * Repeats the rounds of faults with new seeds: `ROUNDS=500 SEED=1 npm run soak -- [--broker embedded|kafka]
 * [--catalog sqlite|postgres] [--store files|s3] [--only <kind>]`. Starts the servers that it needs; those of the catalog and
 * the store fail too. A round's kind follows from its seed. A failed round keeps its folder, with its logs and what it had on
 * servers, and the command that repeats it is printed.
 */
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => interrupted.abort(`interrupted by ${signal}`));
}
const exitCode = await soak().catch((error) => {
  process.stderr.write(`soak: ${error instanceof Error ? error.message : error}\n`);
  return 2;
});
// A round that hung or was interrupted still waits in this process.
process.exit(exitCode);

/** Resolves with the exit code. */
async function soak(): Promise<number> {
  const options = readOptions();
  const servers = await startServers(options);
  try {
    return await runRounds(options, servers);
  } finally {
    await servers.close();
  }
}

/** Resolves with the exit code. */
async function runRounds(options: SoakOptions, servers: Servers): Promise<number> {
  const { broker, catalog, store, rounds, firstSeed } = options;
  const kinds = kindsFor(options, servers);
  const names = Object.keys(kinds);
  const counts = new Map(names.map((name) => [name, { passed: 0, failed: 0 }]));
  say(`${rounds} rounds with broker ${broker}, catalog ${catalog}, store ${store}, from seed ${firstSeed}`);
  for (let index = 0; index < rounds; index += 1) {
    const seed = firstSeed + index;
    const name = names[seed % names.length] ?? '';
    const [kind, count] = [kinds[name], counts.get(name)];
    if (kind === undefined || count === undefined) continue;
    const begin = performance.now();
    const { problems, folder } = await play(kind, seed, servers, interrupted.signal);
    if (interrupted.signal.aborted) {
      say(`${index + 1} of ${rounds}: ${name}, seed ${seed}: ${interrupted.signal.reason}`);
      break;
    }
    const passed = problems.length === 0;
    count[passed ? 'passed' : 'failed'] += 1;
    const seconds = ((performance.now() - begin) / 1000).toFixed(1);
    const result = passed ? 'passed' : `FAILED in ${folder}`;
    say(`${index + 1} of ${rounds}: ${name}, seed ${seed}: ${result} (${seconds} s)`);
    for (const problem of problems) say(`  ${problem}`);
    if (!passed) say(`  repeat it: ${commandOf(options, name, seed)}`);
  }
  const sums = { passed: 0, failed: 0 };
  for (const [name, { passed, failed }] of counts) {
    if (passed + failed > 0) say(`${name}: ${passed} passed, ${failed} failed`);
    sums.passed += passed;
    sums.failed += failed;
  }
  say(`${sums.passed} passed, ${sums.failed} failed`);
  return sums.failed === 0 && !interrupted.signal.aborted ? 0 : 1;
}

/** The kinds of rounds by name, or the only one that is wanted. Throws if there is no such kind. */
function kindsFor({ broker, only }: SoakOptions, servers: Servers): Readonly<Record<string, Kind>> {
  const everywhere = Object.entries({ ...servers.rounds, ...ROUNDS });
  const nodes = broker === 'kafka' ? 1 : 0;
  const kinds: Record<string, Kind> = Object.fromEntries(everywhere.map(([name, round]) => [name, { round, nodes }]));
  if (broker === 'kafka') Object.assign(kinds, KAFKA_KINDS);
  if (only === undefined) return kinds;
  const kind = kinds[only];
  if (kind === undefined) throw new Error(`--only: expected one of ${Object.keys(kinds).join(', ')}, got ${only}`);
  return { [only]: kind };
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
