import { cpSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { addReadyImages } from '../contracts/catalog/setup.ts';
import { canRunAsNobody, imgpipe, NOBODY, type StartOptions, start } from '../support/imgpipe.ts';
import { connectSqlite } from '../support/open-sqlite.ts';
import { png } from '../support/pictures.ts';
import { contentOf, forbidWriting, readOnlyMountOf, whyNoMount } from '../support/read-only.ts';
import { lastingFolder, temporaryFolder } from '../support/temporary-folder.ts';

const made = lastingFolder();
const AT_REST = path.join(made, 'at rest');
const LEFT_OPEN = path.join(made, 'left open');
const WITHOUT_INDEX = path.join(made, 'without an index');

/** Folders with three images, an alert and a dead letter. In those that were left open, a fourth image is in the WAL. */
beforeAll(async () => {
  const files = [png([200, 30, 30]), png([30, 30, 200]), png([30, 30, 200]).subarray(0, 60)];
  const paths = files.map((_, index) => path.join(made, `${index}.png`));
  for (const [index, file] of paths.entries()) writeFileSync(file, files[index] ?? '');
  await imgpipe(['run', ...paths, '--data', AT_REST]);
  cpSync(AT_REST, path.join(made, 'open'), { recursive: true });
  const { catalog, close } = await connectSqlite(path.join(made, 'open'));
  await addReadyImages(catalog, 1);
  for (const folder of [LEFT_OPEN, WITHOUT_INDEX]) cpSync(path.join(made, 'open'), folder, { recursive: true });
  await close();
  rmSync(path.join(WITHOUT_INDEX, 'imgpipe.db-shm'));
});

const READS: readonly (readonly [args: readonly string[], exit: number, output: RegExp])[] = [
  [['view', '1'], 0, /^Alert 1: the picture has changed/],
  [['list', 'images'], 0, /image default\/3/],
  [['list', 'alerts', '--csv'], 0, /^alert,event,/],
  [['status'], 0, /Alerts: {8}1\n/],
  [['status', '--alive', 'receive'], 1, /^$/],
  [['dead', 'list'], 0, /^1: .* undecodable/],
  [['dead', 'show', '1'], 0, /Reason: {7}undecodable/],
];

/** Runs each reading command and the viewer on a folder, which stays as it is. */
async function readsAll(data: string, options: StartOptions): Promise<void> {
  const before = contentOf(data);
  const reads = READS.map(async ([args, exit, output]) => {
    const { status, stdout, stderr } = await imgpipe([...args, '--data', data], options);
    expect({ args, status, stdout, stderr }).toEqual({
      args,
      status: exit,
      stdout: expect.stringMatching(output),
      stderr: exit === 0 ? '' : expect.any(String),
    });
  });
  await Promise.all(reads);
  const serving = start(['serve', '--data', data, '--port', '0'], options);
  onTestFinished(() => void serving.child.kill('SIGKILL'));
  await serving.until(/http:\/\/\S+/);
  const [url] = /http:\/\/\S+/.exec(serving.stdout()) ?? [''];
  const page = await fetch(new URL('/alerts/1', url));
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('Alert 1')]);
  expect((await fetch(new URL('/alerts/1/image/thumbnail', url))).status).toBe(200);
  expect(await (await fetch(new URL('/api/status', url))).json()).toMatchObject({ alerts: 1, dead_letters: 1 });
  serving.child.kill('SIGTERM');
  expect((await serving.ended).status).toBe(0);
  expect(contentOf(data)).toEqual(before);
}

describe.each([
  ['at rest', AT_REST, 3],
  ['that a killed process has left open', LEFT_OPEN, 4],
  ['that lacks the index of its WAL', WITHOUT_INDEX, 4],
])('a data folder %s', (_, folder, images) => {
  test('is left as it is by the commands that read', async () => {
    await readsAll(folder, {});
  });

  test.skipIf(!canRunAsNobody)('is read by a user who may not write to it', async () => {
    const data = path.join(temporaryFolder(), 'data');
    cpSync(folder, data, { recursive: true });
    forbidWriting(path.dirname(data));
    await readsAll(data, { uid: NOBODY });
    const { stdout } = await imgpipe(['status', '--json', '--data', data], { uid: NOBODY });
    expect(JSON.parse(stdout)).toMatchObject({ images });
  });

  test.skipIf(whyNoMount !== undefined)(
    `is read on a read-only disk${whyNoMount ? ` (skipped: ${whyNoMount})` : ''}`,
    async () => {
      const data = readOnlyMountOf(folder);
      await readsAll(data, {});
      const { stdout, stderr } = await imgpipe(['status', '--check', '--json', '--data', data]);
      // The fourth image has a row only.
      const missing = images === 4 ? 'imgpipe: image_database/00004.jpg: the file is missing\n' : '';
      expect({ images: JSON.parse(stdout).images, stderr }).toEqual({ images, stderr: missing });
    },
  );
});

test.skipIf(whyNoMount !== undefined)(
  `a viewer on a read-only disk shows what stages write to the folder elsewhere${whyNoMount ? ` (skipped: ${whyNoMount})` : ''}`,
  async () => {
    const folder = temporaryFolder();
    const picture = path.join(folder, 'a.png');
    const data = path.join(folder, 'data');
    writeFileSync(picture, png([1, 2, 3]));
    await imgpipe(['run', picture, '--data', data]);
    const serving = start(['serve', '--data', readOnlyMountOf(data), '--port', '0']);
    onTestFinished(() => void serving.child.kill('SIGKILL'));
    await serving.until(/http:\/\/\S+/);
    const [url] = /http:\/\/\S+/.exec(serving.stdout()) ?? [''];
    const images = async () => ((await (await fetch(new URL('/api/status', url))).json()) as { images: number }).images;
    expect(await images()).toBe(1);
    writeFileSync(picture, png([200, 2, 3]));
    await imgpipe(['run', picture, '--data', data]);
    expect(await images()).toBe(2);
    const { child, ended, until } = start(['run', '--data', data, '--count', '3', '--interval', '100ms']);
    await until(/image default\/4|event/);
    child.kill('SIGKILL');
    await ended;
    await expect.poll(images).toBeGreaterThan(2);
  },
);
