import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { canRunAsNobody, imgpipe, NOBODY } from '../support/imgpipe.ts';
import { png } from '../support/pictures.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('the data folder', () => {
  test('inside a folder of pictures is not received', async () => {
    const cwd = temporaryFolder();
    writeFileSync(path.join(cwd, 'z.png'), png([200, 30, 30]));
    const lines = async () => (await imgpipe(['run', '.'], { cwd })).stdout.split('\n').filter((line) => line !== '');
    expect(await lines()).toHaveLength(1);
    expect(await lines()).toEqual([]);
  });

  test.runIf(process.platform === 'linux')('that cannot be created is one line and exit 4, at once', async () => {
    const { status, stderr } = await imgpipe(['run', '--data', '/proc/imgpipe/data']);
    expect({ status, lines: stderr.trim().split('\n').length }).toEqual({ status: 4, lines: 1 });
    expect(stderr).toContain('/proc/imgpipe/data/imgpipe.db cannot be found or created');
  });

  test.each([
    ['a path that is too long', () => '/tmp/'.concat('x'.repeat(300)), 2, 'ENAMETOOLONG'],
    ['a path through a file', () => path.join(process.execPath, 'data'), 2, 'is a file'],
  ])('%s is wrong usage', async (_, data, exit, word) => {
    for (const command of ['run', 'status']) {
      const { status, stderr } = await imgpipe([command, '--data', data()]);
      expect({ command, status, named: stderr.includes(word) }).toEqual({ command, status: exit, named: true });
    }
  });

  test('behind a dangling link is an error that says so', async () => {
    const link = path.join(temporaryFolder(), 'link');
    symlinkSync('/nowhere/at/all', link);
    const { status, stderr } = await imgpipe(['run', '--data', path.join(link, 'data')]);
    expect(status).toBe(4);
    expect(stderr).toContain('no link in its path is broken');
  });

  test.skipIf(!canRunAsNobody)('that this user may not enter is not treated as empty', async () => {
    const folder = temporaryFolder();
    const data = path.join(folder, 'data');
    mkdirSync(data);
    await imgpipe(['run', '--data', data, '--count', '1']);
    chmodSync(data, 0o700);
    chmodSync(folder, 0o755);
    const { status, stderr } = await imgpipe(['status', '--data', data], { uid: NOBODY });
    expect({ status, named: stderr.includes(`${data} belongs to root (uid 0)`) }).toEqual({ status: 4, named: true });
  });
});
