import { setTimeout as sleep } from 'node:timers/promises';
import type { CuttingProxy } from '../cutting-proxy.ts';
import { seeded } from '../random.ts';
import type { S3Server } from '../s3/s3-server.ts';
import { finishChecked } from './database-rounds.ts';
import { type StageName, type Stages, startStages } from './running-stages.ts';
import type { Site } from './site.ts';

/** A round at a site whose store is on S3. Resolves with the problems found. */
export type StoreRound = (site: Site, seed: number) => Promise<string[]>;

/** Enough that the receiver still runs when something happens. */
const GENERATED = { count: 80, interval: '60ms' };

/** The server is killed in the middle of a run, and started again after a time. Each stage says once what it waits for. */
export function storeOutage(server: S3Server, forMs: number): StoreRound {
  return async (site, seed) => {
    const stages = await startWithAlert(site);
    await sleep(seeded(seed)() * 1000);
    await server.kill();
    await stages.receive.until(/^receive is waiting: the store /m);
    await sleep(forMs);
    const reports = (['receive', 'analyze', 'alert'] as const).flatMap((name) => reportedOnce(name, stages));
    await server.start();
    return [...reports, ...(await finishChecked(site, stages))];
  };
}

/** Connections break in the middle of uploads. */
export function uploadsCut(proxy: CuttingProxy, times: number): StoreRound {
  return async (site, seed) => {
    const random = seeded(seed);
    const stages = await startWithAlert(site);
    const before = proxy.cuts();
    for (let cuts = 1; cuts <= times; cuts += 1) {
      proxy.cutAfter(2000 + random() * 20_000, 1);
      const deadline = performance.now() + 20_000;
      while (proxy.cuts() - before < cuts && performance.now() < deadline) await sleep(10);
    }
    const cut = proxy.cuts() - before;
    return [...(cut === times ? [] : [`only ${cut} uploads were cut`]), ...(await finishChecked(site, stages))];
  };
}

async function startWithAlert(site: Site): Promise<Stages> {
  const stages = startStages(site, GENERATED);
  await stages.alert.until(/alert 1/);
  return stages;
}

function reportedOnce(name: StageName, stages: Stages): string[] {
  const waits = stages[name].stderr().match(new RegExp(`^${name} is waiting: `, 'gm'))?.length ?? 0;
  return waits <= 1 ? [] : [`${name} says ${waits} times that it waits`];
}
