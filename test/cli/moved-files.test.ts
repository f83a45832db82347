import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { imgpipe } from '../support/imgpipe.ts';
import { png } from '../support/pictures.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

test('files that were moved are skipped with a notice, and view shows where they are', async () => {
  const folder = temporaryFolder();
  const [data, pictures, archive] = ['data', 'pictures', 'archive'].map((name) => path.join(folder, name)) as [
    string,
    string,
    string,
  ];
  mkdirSync(pictures);
  for (const level of [1, 2, 3])
    writeFileSync(path.join(pictures, `${level}.png`), png([80 * level, 0, 0], { width: 8, height: 8 }));
  const to = (...args: string[]) => imgpipe([...args, '--data', data]);
  expect(await to('run', pictures, '--threshold', '0')).toMatchObject({ status: 0 });
  renameSync(pictures, archive);
  writeFileSync(path.join(archive, '4.png'), png([9, 9, 9], { width: 8, height: 8 }));
  const again = await to('run', archive, '--threshold', '0');
  expect(again.status).toBe(0);
  const moved = `${archive}/1.png is skipped: already received as image 1, moved from ${pictures}/1.png`;
  expect(again.stderr).toContain(moved);
  expect(again.stdout).toContain('image default/4:');
  expect(again.stdout).not.toContain('image default/5:');

  expect((await to('view', '1')).stdout).toContain(` from ${pictures}/2.png, moved to ${archive}/2.png\n`);
  const { image } = JSON.parse((await to('view', '1', '--json')).stdout);
  expect(image).toMatchObject({ origin: `${pictures}/2.png`, moved_to: `${archive}/2.png` });
  expect((await to('list', 'images')).stdout).toContain(`1.png, moved to ${archive}/1.png`);
  // The text file of the event is still a function of its row.
  expect(await to('status', '--check')).toMatchObject({ status: 0 });
});
