import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { untilAborted, withDeadline } from '../../src/base/deadlines.ts';
import { createSite, kafkaBus, type Site } from '../support/rounds/site.ts';
import { keepEvidence } from './evidence.ts';
import { type Kind, settingsOf } from './kinds.ts';
import type { Servers } from './servers.ts';

/** A round that takes longer is considered hung. */
const MAX_ROUND_MS = 300_000;

/** What became of a round. */
export interface Played {
  readonly problems: readonly string[];
  /** The round's folder, which is removed if there are no problems. */
  readonly folder: string;
}

/**
 * Runs a round in a new folder. What a failed one has on servers is copied into its folder. Once the signal aborts, resolves
 * without problems.
 */
export async function play(kind: Kind, seed: number, servers: Servers, signal: AbortSignal): Promise<Played> {
  const folder = mkdtempSync(path.join(tmpdir(), 'imgpipe-soak-'));
  const problems = await problemsOf(kind, seed, folder, servers, signal).catch((error) => [
    String(error?.stack ?? error),
  ]);
  if (problems.length === 0) rmSync(folder, { recursive: true, force: true });
  return { problems, folder };
}

async function problemsOf(
  kind: Kind,
  seed: number,
  folder: string,
  servers: Servers,
  signal: AbortSignal,
): Promise<string[]> {
  const { clusters, newPlace } = servers;
  const place = await newPlace();
  if (kind.nodes === 0) {
    const site = createSite(folder, place, newPlace);
    return within(site, folder, servers, signal, kind.round(site, seed));
  }
  const { round, nodes, bus, spoilsCluster } = kind;
  const kafka = await clusters.take(nodes);
  let isSpoiled = true;
  try {
    const site = createSite(folder, kafkaBus(kafka.address, { ...settingsOf(seed), ...bus, ...place }), newPlace);
    const problems = await within(site, folder, servers, signal, round(site, seed, kafka));
    isSpoiled = problems.length > 0 || spoilsCluster === true;
    return problems;
  } finally {
    if (isSpoiled) await clusters.drop(nodes);
  }
}

/** Resolves with a round's problems, an error and the deadline among them, none once the signal aborts. Kills its processes. */
async function within(
  site: Site,
  folder: string,
  { restart }: Servers,
  signal: AbortSignal,
  round: Promise<string[]>,
): Promise<string[]> {
  const late = () => new Error(`not finished after ${MAX_ROUND_MS / 1000} s`);
  const limited = untilAborted(signal, withDeadline(MAX_ROUND_MS, round, late), 0, () => new Error('interrupted'));
  const problems = await limited.catch((error) => [String(error?.stack ?? error)]);
  await site.close();
  if (problems.length === 0 || signal.aborted) return [];
  const kept = await restart()
    .then(() => keepEvidence(site, folder))
    .then(
      () => [],
      (error) => [`what it had on servers is not kept: ${error}`],
    );
  return [...problems, ...kept];
}
