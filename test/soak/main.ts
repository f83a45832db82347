import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ROUNDS } from '../support/fault-rounds.ts';

/** Repeats the rounds of faults with new seeds: `ROUNDS=500 SEED=1 npm run soak`. A folder in which a round failed stays. */
const rounds = Number(process.env['ROUNDS'] ?? 50);
const firstSeed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
const names = Object.keys(ROUNDS);
const counts = new Map(names.map((name) => [name, { passed: 0, failed: 0 }]));
const say = (line: string) => process.stdout.write(`${line}\n`);

say(`${rounds} rounds from seed ${firstSeed}`);
for (let index = 0; index < rounds; index += 1) {
  const name = names[index % names.length] ?? '';
  const seed = firstSeed + index;
  const folder = mkdtempSync(path.join(tmpdir(), 'imgpipe-soak-'));
  const wrong = (await ROUNDS[name]?.(folder, seed).catch((error) => [String(error?.stack ?? error)])) ?? [];
  const count = counts.get(name);
  if (count !== undefined) count[wrong.length === 0 ? 'passed' : 'failed'] += 1;
  if (wrong.length === 0) rmSync(folder, { recursive: true, force: true });
  else say(`round ${index + 1}, ${name}, seed ${seed}, in ${folder}:\n  ${wrong.join('\n  ')}`);
  if ((index + 1) % 50 === 0) say(`${index + 1} of ${rounds} rounds`);
}
for (const [name, { passed, failed }] of counts) say(`${name}: ${passed} passed, ${failed} failed`);
const failed = [...counts.values()].reduce((sum, each) => sum + each.failed, 0);
say(`${rounds - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
