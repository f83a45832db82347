import { execFileSync } from 'node:child_process';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { start } from '../support/imgpipe.ts';
import { png } from '../support/pictures.ts';
import { shellCommand } from '../support/pseudo-terminal.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Runs imgpipe with a umask. */
function withUmask(umask: string, ...args: readonly string[]): string {
  const env = { PATH: process.env['PATH'], NO_COLOR: '1' };
  return execFileSync('sh', ['-c', `umask ${umask}; ${shellCommand(...args)} || test $? = 1`], {
    env,
    encoding: 'utf8',
    stdio: 'pipe',
  });
}

/** The modes of a folder and of all that is in it, by path. */
function modesOf(folder: string): Map<string, string> {
  const below = readdirSync(folder, { recursive: true, withFileTypes: true }).map((entry) =>
    path.join(entry.parentPath, entry.name),
  );
  return new Map(
    [folder, ...below].map((file) => {
      const stats = statSync(file);
      return [path.relative(folder, file), `${stats.isDirectory() ? 'd' : '-'}${(stats.mode & 0o7777).toString(8)}`];
    }),
  );
}

describe.skipIf(process.platform === 'win32')('what a pipeline creates', () => {
  test.each([
    ['0', 'd750', '-640'],
    ['022', 'd750', '-640'],
    ['077', 'd700', '-600'],
  ])('is for its owner and group alone, with umask %s', async (umask, folderMode, fileMode) => {
    const folder = temporaryFolder();
    const data = path.join(folder, 'new', 'data');
    const mask = path.join(folder, 'mask.png');
    writeFileSync(mask, png([255, 255, 255], { width: 350, height: 350 }));
    withUmask(umask, 'run', '--count', '4', '--stream', 'garden', '--mask', mask, '--quiet', '--data', data);
    const before = process.umask(Number.parseInt(umask, 8));
    const analyze = start(['analyze', '--data', data]);
    try {
      await analyze.until(/broker/);
      // More than two pictures at once are written by other calls.
      withUmask(umask, 'run', '--count', '12', '--quiet', '--data', data);
      const modes = modesOf(data);
      for (const name of [
        'imgpipe.db',
        'imgpipe.db-wal',
        'imgpipe.db-shm',
        'image_event_alerts/image_event_alert_001.txt',
      ]) {
        expect(modes.get(name), name).toBe(fileMode);
      }
      expect([...modes.keys()].filter((name) => name.endsWith('.holder'))).not.toEqual([]);
      const others = [...modes].filter(([, mode]) => mode !== folderMode && mode !== fileMode);
      expect(others).toEqual([]);
      expect(modesOf(path.dirname(data)).get('')).toBe(folderMode);
    } finally {
      process.umask(before);
      analyze.child.kill('SIGKILL');
      await analyze.ended;
    }
  });

  test('leaves the file of compare --out to the umask', () => {
    const folder = temporaryFolder();
    const [one, two, out] = ['1.png', '2.png', 'out.jpg'].map((name) => path.join(folder, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(one, png([1, 1, 1]));
    writeFileSync(two, png([9, 9, 9]));
    withUmask('022', 'compare', one, two, '--out', out);
    expect(statSync(out).mode & 0o777).toBe(0o644);
  });
});
