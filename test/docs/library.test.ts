import { execFile } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { createPipeline, type Report } from '../../src/index.ts';
import { ROOT } from '../support/imgpipe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { blocks, readPage } from './pages.ts';

const PAGE = readPage('docs/guides/program.md');

test('the program of the guide runs against the installed package', async () => {
  const folder = temporaryFolder();
  const [program] = blocks(PAGE.text, 'js');
  writeFileSync(path.join(folder, 'program.mjs'), program ?? '');
  mkdirSync(path.join(folder, 'node_modules'));
  symlinkSync(ROOT, path.join(folder, 'node_modules/imgpipe'));
  const { stdout } = await promisify(execFile)(process.execPath, ['program.mjs'], { cwd: folder });
  expect(stdout.trimEnd().split('\n')).toEqual([
    'look at alert 1',
    'look at alert 2',
    '10 images, 2 alerts',
    path.join(folder, 'garden-data/image_event_database/image_event_001.jpg'),
  ]);
});

test('the guide names every method of the pipeline', async () => {
  const pipeline = await createPipeline({ data: path.join(temporaryFolder(), 'data') });
  await pipeline.close();
  const methods = Object.entries(pipeline).flatMap(([name, value]) => (typeof value === 'function' ? [name] : []));
  const [, sentence = ''] = /\n(`receive`.*) are the pipeline's methods/.exec(PAGE.text) ?? [];
  const named = [...sentence.matchAll(/`(\w+)`/g)].map(([, name]) => name);
  expect([...named, 'close'].sort()).toEqual(methods.sort());
});

test('a program hears what the stages do, and reads errors by their code', async () => {
  const data = path.join(temporaryFolder(), 'data');
  const reports: Report[] = [];
  const { signal } = new AbortController();
  const pipeline = await createPipeline({ data, count: 3, stream: 'garden' });
  try {
    await pipeline.receive([], { signal });
    await pipeline.analyze({ signal, drain: true, onReport: (report) => reports.push(report) });
    await pipeline.alert({ signal, drain: true, onReport: (report) => reports.push(report) });
    const results = reports.map(({ kind }) => kind).filter((kind) => kind !== 'working');
    expect(results).toEqual(['outcome', 'outcome', 'outcome', 'alert']);
    expect(await pipeline.status({ check: true })).toMatchObject({ images: 3, events: 1, alerts: 1, faults: [] });
    await expect(pipeline.view(2)).rejects.toMatchObject({ code: 'not_found', exit: 3 });
  } finally {
    await pipeline.close();
  }
  await expect(createPipeline({ stream: '../x' })).rejects.toMatchObject({ code: 'config_invalid', blame: 'user' });
});
