import { execFile } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { createPipeline, type ReportLine } from '../../src/index.ts';
import { ROOT } from '../support/imgpipe.ts';
import { png } from '../support/pictures.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { blocks, readPage } from './pages.ts';

const PAGE = readPage('docs/guides/program.md');

/** Runs a program of the guide against the built package, in a folder with these files. The result is its lines. */
async function run(program: string | undefined, files: Readonly<Record<string, Uint8Array>> = {}) {
  const folder = temporaryFolder();
  for (const [name, bytes] of Object.entries(files)) writeFileSync(path.join(folder, name), bytes);
  writeFileSync(path.join(folder, 'program.mjs'), program ?? '');
  mkdirSync(path.join(folder, 'node_modules'));
  symlinkSync(ROOT, path.join(folder, 'node_modules/imgpipe'));
  const { stdout } = await promisify(execFile)(process.execPath, ['program.mjs'], { cwd: folder });
  return { folder, lines: stdout.trimEnd().split('\n') };
}

const [first, ownTechnique] = blocks(PAGE.text, 'js');
const [firstOutput, ownTechniqueOutput] = blocks(PAGE.text, 'text').map((text) => text.trimEnd().split('\n'));

test('the first program of the guide prints what the guide says', async () => {
  const { folder, lines } = await run(first);
  expect(lines.map((line) => line.replace(folder, '…'))).toEqual(firstOutput);
});

test('the program with its own technique and source prints what the guide says', async () => {
  const grey = (level: number) => png([level, level, level]);
  const { lines } = await run(ownTechnique, { 'dusk.png': grey(30), 'night.png': grey(20), 'lamp-on.png': grey(90) });
  expect(lines).toEqual(ownTechniqueOutput);
});

test('the source of the guide is valid TypeScript over the built package', async () => {
  const [source = ''] = blocks(PAGE.text, 'ts');
  const folder = temporaryFolder();
  mkdirSync(path.join(folder, 'node_modules'));
  symlinkSync(ROOT, path.join(folder, 'node_modules/imgpipe'));
  const declared =
    "import type { Pipeline } from 'imgpipe';\ndeclare const pipeline: Pipeline;\ndeclare function nextFrame(): Promise<{ name: string; isBroken: boolean; bytes: Uint8Array } | undefined>;\n";
  writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(path.join(folder, 'source.ts'), declared + source);
  const options = [
    '--noEmit',
    '--strict',
    '--exactOptionalPropertyTypes',
    '--module',
    'nodenext',
    '--target',
    'es2023',
  ];
  const types = ['--typeRoots', path.join(ROOT, 'node_modules/@types'), '--types', 'node'];
  const tsc = path.join(ROOT, 'node_modules/typescript/bin/tsc');
  const compiled = promisify(execFile)(process.execPath, [tsc, ...options, ...types, 'source.ts'], { cwd: folder });
  expect(await compiled.catch(({ stdout }) => stdout)).toMatchObject({ stdout: '' });
});

test('the guide names every method of the pipeline', async () => {
  const pipeline = await createPipeline({ data: path.join(temporaryFolder(), 'data') });
  await pipeline.close();
  const methods = Object.entries(pipeline).flatMap(([name, value]) => (typeof value === 'function' ? [name] : []));
  const [, sentence = ''] = /\n(`receive`.*) are the pipeline's methods/.exec(PAGE.text) ?? [];
  const named = [...sentence.matchAll(/`(\w+)`/g)].map(([, name]) => name);
  expect([...named, 'close'].sort()).toEqual(methods.sort());
});

test('a program receives the reports of the stages, and identifies errors by their code', async () => {
  const data = path.join(temporaryFolder(), 'data');
  const reports: ReportLine[] = [];
  const { signal } = new AbortController();
  const pipeline = await createPipeline({ data, count: 3, stream: 'garden' });
  try {
    await pipeline.receive([], { signal });
    await pipeline.analyze({ signal, drain: true, onReport: (report) => reports.push(report) });
    await pipeline.alert({ signal, drain: true, onReport: (report) => reports.push(report) });
    const results = reports.map(({ type }) => type).filter((type) => type !== 'working');
    expect(results).toEqual(['outcome', 'outcome', 'outcome', 'alert']);
    expect(await pipeline.status({ check: true })).toMatchObject({ images: 3, events: 1, alerts: 1, faults: [] });
    await expect(pipeline.view(2)).rejects.toMatchObject({ code: 'not_found', exit: 3 });
  } finally {
    await pipeline.close();
  }
  await expect(createPipeline({ stream: '../x' })).rejects.toMatchObject({ code: 'config_invalid', blame: 'user' });
});
