import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { canRunAsNobody, imgpipe, NOBODY, start } from '../support/imgpipe.ts';
import { findProblems } from '../support/rounds/site-checks.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { smallDisk, whyNoDisk } from '../support/tmpfs.ts';

/** Fills a small disk with a file, except for this many bytes. */
function fill(file: string, leave: number): void {
  const { bavail, bsize } = JSON.parse(
    execFileSync('stat', ['-f', '-c', '{"bavail":%a,"bsize":%S}', path.dirname(file)], { encoding: 'utf8' }),
  );
  writeFileSync(file, Buffer.alloc(Math.max(0, bavail * bsize - leave)));
}

function times(text: string, pattern: RegExp): number {
  return text.match(new RegExp(pattern, 'g'))?.length ?? 0;
}

describe.skipIf(whyNoDisk !== undefined)(`a full disk${whyNoDisk ? ` (skipped: ${whyNoDisk})` : ''}`, () => {
  test.each([0, 60_000, 200_000])(
    'with %i bytes left is reported once, and the run completes when there is space again',
    async (leave) => {
      const disk = smallDisk('6000k');
      const data = path.join(disk, 'data');
      expect((await imgpipe(['run', '--data', data, '--count', '4'])).status).toBe(0);
      const filler = path.join(disk, 'filler');
      fill(filler, leave);
      const run = start(['run', '--data', data, '--count', '8', '--wait']);
      await run.until(/is full .*: free some space on it; it retries/);
      rmSync(filler);
      const { status, stderr } = await run.ended;
      expect(stderr).toMatch(/resumed after/);
      expect(times(stderr, /receive is waiting/)).toBeLessThanOrEqual(1);
      expect(status).toBe(0);
      expect(await findProblems(data, { default: 12 })).toEqual([]);
    },
  );

  test.each([0, 60_000])(
    'with %i bytes left ends a run with --no-wait with exit 4, and nothing is lost',
    async (leave) => {
      const disk = smallDisk('6000k');
      const data = path.join(disk, 'data');
      expect((await imgpipe(['run', '--data', data, '--count', '4'])).status).toBe(0);
      const filler = path.join(disk, 'filler');
      fill(filler, leave);
      const { status, stderr } = await imgpipe(['run', '--data', data, '--count', '80', '--no-wait']);
      expect(stderr).toMatch(/^imgpipe: .* is full .*: free some space on it$/m);
      expect({ status, waited: stderr.includes('is waiting') }).toEqual({ status: 4, waited: false });
      rmSync(filler);
      expect((await imgpipe(['run', '--data', data, '--count', '4'])).status).toBe(0);
      const { stdout } = await imgpipe(['status', '--json', '--data', data]);
      expect(await findProblems(data, { default: JSON.parse(stdout).images })).toEqual([]);
    },
  );

  test('at the start is reported with exit 4', async () => {
    const disk = smallDisk('1000k');
    fill(path.join(disk, 'filler'), 0);
    const { status, stderr } = await imgpipe(['run', '--data', path.join(disk, 'data')]);
    expect({ status, lines: stderr.trim().split('\n').length }).toEqual({ status: 4, lines: 1 });
    expect(stderr).toMatch(/is full .*: free some space on it/);
  });
});

describe.skipIf(!canRunAsNobody)(
  'a folder without permission (as another user; skipped unless the tests run as root)',
  () => {
    /** A data folder of the user `nobody`, below one that everybody may enter. */
    function foreignFolder(): string {
      const folder = temporaryFolder();
      chmodSync(folder, 0o755);
      const data = path.join(folder, 'data');
      mkdirSync(data);
      chownSync(data, NOBODY, NOBODY);
      return data;
    }

    test('at the start is reported in one line with exit 4', async () => {
      const data = foreignFolder();
      chmodSync(data, 0o555);
      const { status, stdout, stderr } = await imgpipe(['run', '--data', data], { uid: NOBODY });
      expect({ status, stdout }).toEqual({ status: 4, stdout: '' });
      expect(stderr).toMatch(/^imgpipe: .*imgpipe\.db.*(give this user access|this user can write to it).*\n$/);
    });

    test('with --wait is waited for', async () => {
      const data = foreignFolder();
      chmodSync(data, 0o555);
      const run = start(['run', '--data', data, '--wait'], { uid: NOBODY });
      await run.until(/is waiting: .*it retries/);
      chmodSync(data, 0o755);
      expect((await run.ended).status).toBe(0);
      expect(await findProblems(data, { default: 10 })).toEqual([]);
    });

    test('in the middle is waited for, and no row is lost', async () => {
      const data = foreignFolder();
      expect((await imgpipe(['receive', '--data', data], { uid: NOBODY })).status).toBe(0);
      mkdirSync(path.join(data, 'image_event_database'), { mode: 0o555 });
      const analyze = start(['analyze', '--data', data, '--drain'], { uid: NOBODY });
      await analyze.until(/analyze is waiting: .*image_event_database|analyze is waiting: .*give this user access/);
      chmodSync(path.join(data, 'image_event_database'), 0o777);
      const { status, stderr } = await analyze.ended;
      expect({ status, waits: times(stderr, /analyze is waiting/) }).toEqual({ status: 0, waits: 1 });
      expect((await imgpipe(['alert', '--data', data, '--drain'], { uid: NOBODY })).status).toBe(0);
      expect(await findProblems(data, { default: 10 })).toEqual([]);
    });
  },
);

describe('a damaged catalog', () => {
  async function finished(): Promise<{ data: string; db: string }> {
    const data = path.join(temporaryFolder(), 'data');
    await imgpipe(['run', '--data', data]);
    return { data, db: path.join(data, 'imgpipe.db') };
  }

  test.each(['run', 'status', 'view 1', 'clean --yes'])(
    'stops `%s` with one line that names it and exit 1, and stays unchanged',
    async (command) => {
      const { data, db } = await finished();
      const content = readFileSync(db);
      content.fill(0x55, 0, 100);
      writeFileSync(db, content);
      const { status, stderr } = await imgpipe([...command.split(' '), '--data', data]);
      expect({ status, lines: stderr.trim().split('\n').length }).toEqual({ status: 1, lines: 1 });
      expect(stderr).toContain(`${db} is damaged`);
      expect(readFileSync(db).equals(content)).toBe(true);
      expect(statSync(path.join(data, 'image_database/00010.jpg')).isFile()).toBe(true);
    },
  );

  test('is replaced by a backup', async () => {
    const { data, db } = await finished();
    copyFileSync(db, `${db}.backup`);
    writeFileSync(db, 'no database at all, but text of some length'.repeat(100));
    expect((await imgpipe(['run', '--data', data])).status).toBe(1);
    copyFileSync(`${db}.backup`, db);
    expect((await imgpipe(['run', '--data', data])).status).toBe(0);
    expect(await findProblems(data, { default: 20 })).toEqual([]);
  });
});
