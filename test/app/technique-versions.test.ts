import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type CustomTechnique, createPipeline, type PipelineOptions, type ReportLine } from '../../src/index.ts';
import { queried } from '../support/old-catalogs.ts';
import { catalogFile } from '../support/open-sqlite.ts';
import { png } from '../support/pictures.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const { signal } = new AbortController();

/** The difference of the first pixel's red channel; from version 2 on in tenths of a level. */
function red(version: number): CustomTechnique {
  return {
    name: 'red',
    version,
    unit: 'score',
    measure: (reference, image) => {
      const difference = Math.abs(Number(image.data[0]) - Number(reference.data[0]));
      return { measurement: version < 2 ? difference : 10 * difference };
    },
  };
}

/** Pictures that differ from each other in every second pair. */
function folderOf(count: number, from = 0): string {
  const folder = path.join(temporaryFolder(), 'pictures');
  mkdirSync(folder);
  for (let n = from; n < from + count; n++) {
    writeFileSync(path.join(folder, `${String(n).padStart(3, '0')}.png`), png([10 + 2 * Math.floor(n / 2), n, 0]));
  }
  return folder;
}

async function pipelineAt(data: string, options: PipelineOptions) {
  const pipeline = await createPipeline({ data, workers: 0, ...options });
  onTestFinished(() => pipeline.close());
  return pipeline;
}

function outcomesIn(reports: readonly ReportLine[]) {
  return reports.flatMap((report) =>
    report.type === 'outcome' ? [{ image: report.image, technique: report.technique, event: report.event }] : [],
  );
}

/** As if an older imgpipe had judged: its version was the first of the name. */
function renameIn(data: string, from: string, to: string): void {
  queried(catalogFile(data), (database) => {
    for (const table of ['technique', 'outcome', 'outcome_total', 'event', 'alert', 'dead_letter', 'owed']) {
      database.prepare(`UPDATE ${table} SET technique = ? WHERE technique = ?`).run(to, from);
    }
    database.prepare('UPDATE outcome_total SET judged_by = ?').run(to);
  });
  for (const folder of ['image_event_database', 'image_event_alerts']) {
    for (const name of readdirSync(path.join(data, folder)).filter((each) => each.endsWith('.txt'))) {
      const file = path.join(data, folder, name);
      writeFileSync(file, readFileSync(file, 'utf8').replaceAll(from, to));
    }
  }
}

describe('a newer version of a technique', () => {
  it('takes over a folder of the version before: nothing is judged again, and no event doubles', async () => {
    const data = path.join(temporaryFolder(), 'data');
    const first = await createPipeline({ data, workers: 0, threshold: 1 });
    await first.receive([folderOf(6)], { signal });
    await first.analyze({ signal, drain: true });
    await first.alert({ signal, drain: true });
    const before = await first.status();
    await first.close();
    renameIn(data, 'l2@2', 'l2@1');

    const pipeline = await pipelineAt(data, { threshold: 1 });
    expect(await pipeline.status({ check: true })).toMatchObject({ techniques: [{ technique: 'l2@1' }], lost: 0 });
    await pipeline.receive([folderOf(3, 6)], { signal });
    const reports: ReportLine[] = [];
    await pipeline.analyze({ signal, drain: true, onReport: (report) => void reports.push(report) });
    await pipeline.alert({ signal, drain: true });
    expect(outcomesIn(reports).map(({ image, technique }) => [image, technique])).toEqual([
      [7, 'l2@2'],
      [8, 'l2@2'],
      [9, 'l2@2'],
    ]);
    const status = await pipeline.status({ check: true });
    expect(status).toMatchObject({ images: 9, events: before.events + 3, alerts: before.events + 3, lost: 0 });
    expect(status.techniques).toMatchObject([
      {
        technique: 'l2@2',
        threshold: 1,
        judged: [
          { technique: 'l2@1', threshold: 1 },
          { technique: 'l2@2', threshold: 1 },
        ],
      },
    ]);
    expect(status.groups.map(({ group, lag }) => [group, lag])).toContainEqual(['image_analysis_group', 0]);
    expect(await pipeline.view(1)).toMatchObject({ technique: 'l2@1' });
    expect(await pipeline.view(before.events + 1)).toMatchObject({ technique: 'l2@2' });
  });

  it('and the one before share the images while both have analyzers', async () => {
    const data = path.join(temporaryFolder(), 'data');
    const options = { technique: 'red', threshold: 1 };
    const older = await pipelineAt(data, { ...options, techniques: [red(1)] });
    const newer = await pipelineAt(data, { ...options, techniques: [red(2)] });
    const seen: ReportLine[] = [];
    const onReport = (report: ReportLine) => void seen.push(report);
    const [stopOlder, stopNewer] = [new AbortController(), new AbortController()];
    await older.receive([folderOf(10)], { signal });
    const atWork = [older.analyze({ signal: stopOlder.signal, onReport })];
    await expect.poll(() => outcomesIn(seen).length, { timeout: 20_000 }).toBe(10);
    atWork.push(newer.analyze({ signal: stopNewer.signal, onReport }));
    await newer.receive([folderOf(10, 10)], { signal });
    await expect.poll(() => outcomesIn(seen).length, { timeout: 20_000 }).toBe(20);
    stopOlder.abort();
    await atWork[0];
    await newer.receive([folderOf(10, 20)], { signal });
    await expect.poll(() => outcomesIn(seen).length, { timeout: 20_000 }).toBe(30);
    stopNewer.abort();
    await Promise.all(atWork);

    const outcomes = outcomesIn(seen);
    expect(outcomes.map(({ image }) => image).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 30 }, (_, n) => n + 1),
    );
    const versions = outcomes.map(({ technique }) => technique);
    expect([versions[0], versions.at(-1)]).toEqual(['red@1', 'red@2']);
    await newer.alert({ signal, drain: true });
    const status = await newer.status({ check: true });
    expect(status).toMatchObject({ images: 30, analyzed: 30, events: 14, alerts: 14, lost: 0 });
    expect(status.techniques.map(({ technique }) => technique)).toEqual(['red@2']);
  });

  it('is refused another threshold while the one before has analyzers', async () => {
    const data = path.join(temporaryFolder(), 'data');
    const older = await pipelineAt(data, { technique: 'red', threshold: 1, techniques: [red(1)] });
    const newer = await pipelineAt(data, { technique: 'red', threshold: 2, techniques: [red(2)] });
    const stop = new AbortController();
    const atWork = older.analyze({ signal: stop.signal });
    await expect.poll(async () => (await older.status()).techniques.length, { timeout: 20_000 }).toBe(1);
    await expect(newer.analyze({ signal, drain: true })).rejects.toMatchObject({ code: 'threshold_disagrees' });
    stop.abort();
    await atWork;
  });
});
