import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { imgpipe, ROOT } from '../support/imgpipe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { blocks, readPage } from './pages.ts';

const UNIT = readFileSync(path.join(ROOT, 'docs/guides/imgpipe@.service'), 'utf8');
const missing = spawnSync('systemd-analyze', ['--version']).error !== undefined;
/** With `CI` set a missing program is a failure. */
const skipped = missing && !process.env['CI'];

test.skipIf(skipped)(`systemd accepts the unit file${skipped ? ' (skipped: there is no systemd-analyze)' : ''}`, () => {
  const file = path.join(temporaryFolder(), 'imgpipe@.service');
  writeFileSync(file, UNIT.replace('/usr/local/bin/imgpipe', path.join(ROOT, 'bin/imgpipe.js')));
  const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', file], { encoding: 'utf8' });
  // An unknown key is only a warning.
  expect([status, stdout, stderr]).toEqual([0, '', '']);
});

test.each(['analyze', 'alert'])("the unit's command line and configuration are valid for %s", async (stage) => {
  const folder = temporaryFolder();
  const config = path.join(folder, 'imgpipe.json');
  const [json = ''] = blocks(readPage('docs/guides/operations.md').text, 'json');
  writeFileSync(config, json);
  const [, line = ''] = /^ExecStart=\/usr\/local\/bin\/imgpipe (.*)$/m.exec(UNIT) ?? [];
  const args = line.replace('%i', stage).replace('/etc/imgpipe.json', config).split(' ');
  const { status, stderr } = await imgpipe([...args, '--drain', '--data', path.join(folder, 'data')]);
  expect([status, stderr]).toEqual([0, '']);
});
