import { existsSync, mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { fillNewFolder, removeOldFolders } from '../../src/cli/temporary-copies.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** The system's temporary folder for this test. */
function temporary(): string {
  const folder = temporaryFolder();
  vi.stubEnv('TMPDIR', folder);
  onTestFinished(() => void vi.unstubAllEnvs());
  return folder;
}

it('folders of copies are removed once they are a day old, and nothing else is', async () => {
  const folder = temporary();
  const old = new Date(Date.now() - 25 * 3_600_000);
  const [kept, ...others] = ['imgpipe-view-new', 'imgpipe-view-old', 'imgpipe-other', 'mine'].map((name) => {
    const each = path.join(folder, name);
    mkdirSync(each);
    writeFileSync(path.join(each, 'alert-1-before.jpg'), '');
    return each;
  });
  for (const each of others) utimesSync(each, old, old);
  symlinkSync(path.join(folder, 'mine'), path.join(folder, 'imgpipe-view-link'));
  await removeOldFolders();
  expect(existsSync(kept ?? '')).toBe(true);
  expect(readdirSync(folder).sort()).toEqual(['imgpipe-other', 'imgpipe-view-link', 'imgpipe-view-new', 'mine']);
  expect(readdirSync(path.join(folder, 'mine'))).toHaveLength(1);
});

it('a folder of copies that cannot be made completely is removed', async () => {
  const folder = temporary();
  const fill = async (copies: string) => {
    writeFileSync(path.join(copies, 'alert-1-before.jpg'), '');
    throw new Error('the store is away');
  };
  await expect(fillNewFolder(fill)).rejects.toThrow('the store is away');
  expect(readdirSync(folder)).toEqual([]);
});
