import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/imgpipe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** A copy of the files that Git tracks, with the dependencies and without any build output. */
function freshCheckout(): string {
  const folder = temporaryFolder();
  const files = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' }).split('\0');
  for (const file of files) {
    const source = path.join(ROOT, file);
    if (file !== '' && existsSync(source)) cpSync(source, path.join(folder, file));
  }
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
  return folder;
}

describe('a fresh checkout', () => {
  it('passes the type checks and the linter before any build', { timeout: 120_000 }, () => {
    const cwd = freshCheckout();
    const run = (program: string, ...args: string[]) =>
      spawnSync(path.join(ROOT, 'node_modules/.bin', program), args, { cwd, encoding: 'utf8' });
    expect(run('tsc')).toMatchObject({ status: 0, stdout: '' });
    expect(run('tsc', '-p', 'tsconfig.browser.json', '--noEmit')).toMatchObject({ status: 0, stdout: '' });
    expect(run('biome', 'check', '--vcs-enabled=false', '.')).toMatchObject({ status: 0 });
  });
});
