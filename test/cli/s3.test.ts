import { cpSync, existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { imgpipe, start } from '../support/imgpipe.ts';
import { sharedS3 } from '../support/s3/shared-s3.ts';
import { newStore, objectsOf } from '../support/s3/store-settings.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { viewerOf } from '../support/viewer.ts';

const { server, whyNone } = await sharedS3();

/** A pipeline of eight images with two alerts, whose pictures are on S3. */
async function pipeline() {
  if (server === undefined) throw new Error('there is no server');
  const data = path.join(temporaryFolder(), 'data');
  const env = newStore(server);
  const to = (line: string, over: Record<string, string> = {}) =>
    imgpipe([...line.split(' '), '--data', data], { env: { ...env, ...over } });
  expect(await to('run --count 8')).toMatchObject({ status: 0, stderr: expect.stringContaining('2 alerts') });
  return { data, env, to, objects: objectsOf(data, env), store: env['IMGPIPE_STORE'] ?? '' };
}

const FILES = { IMGPIPE_STORE: 'files', IMGPIPE_STORE_ENDPOINT: '' };
const NOWHERE = { IMGPIPE_STORE_ENDPOINT: 'http://127.0.0.1:1' };

describe.skipIf(server === undefined)(`pictures on S3${whyNone ? ` (skipped: ${whyNone})` : ''}`, () => {
  test('are named by status and view, and checked by their checksums, or by their bytes', async () => {
    const { data, to, objects, store } = await pipeline();
    const address = `${store}/${path.basename(objects)}`;
    expect((await to('status')).stdout).toMatch(
      `Folder:        ${data}\nStore:         ${address}\nBroker:        embedded\n`,
    );
    const { store: json, data: folder } = JSON.parse((await to('status --json')).stdout);
    expect([json, folder]).toEqual([{ address, reachable: true }, data]);
    expect((await to('view 1')).stdout).toContain(`Image:           ${address}/image_database/00003.jpg\n`);
    expect(existsSync(path.join(data, 'image_database'))).toBe(false);

    expect(await to('status --check --deep')).toMatchObject({ status: 0 });
    rmSync(path.join(objects, 'image_database/00004.jpg'));
    cpSync(path.join(objects, 'image_database/00001.jpg'), path.join(objects, 'image_database/00005.jpg'));
    const deep = await to('status --check --deep');
    expect([deep.status, deep.stderr]).toEqual([
      1,
      expect.stringContaining(
        'image_database/00004.jpg: the file is missing\nimgpipe: image_database/00005.jpg: the file is not what was written\n',
      ),
    ]);
    expect((await to('status --check')).stderr).toContain('image_database/00004.jpg: the file is missing\n');
  });

  test('that are out of reach are said to be so; a check exits with 4', async () => {
    const { to } = await pipeline();
    const { status, stdout, stderr } = await to('status', NOWHERE);
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^Store: .*, unreachable$/m)]);
    expect(stderr).toMatch(/^imgpipe: the store s3:.* is out of reach \(.*ECONNREFUSED.*\): check store_endpoint/m);
    expect(JSON.parse((await to('status --json', NOWHERE)).stdout).store.reachable).toBe(false);
    expect((await to('status --check', NOWHERE)).status).toBe(4);
    expect((await to('view 1', NOWHERE)).status).toBe(0);
  });

  test('are those of one store: another is refused, whichever way', async () => {
    const { data, to, env } = await pipeline();
    for (const line of ['receive --count 1', 'run', 'view 1', 'clean --yes', 'status --check']) {
      expect(await to(line, FILES)).toMatchObject({
        status: 2,
        stderr: expect.stringContaining(`store: ${data} has no images, and this pipeline has 8: give --store`),
      });
    }
    expect(await to('run', { IMGPIPE_STORE: `${env['IMGPIPE_STORE']}/other` })).toMatchObject({ status: 2 });
    expect(await to('run --as-copy')).toMatchObject({ status: 2, stderr: expect.stringContaining('as_copy: ') });

    const inFolder = path.join(temporaryFolder(), 'data');
    await imgpipe(['run', '--count', '2', '--data', inFolder]);
    const refused = await imgpipe(['run', '--count', '2', '--data', inFolder], { env });
    expect([refused.status, refused.stderr]).toEqual([
      2,
      expect.stringContaining('has no images, and this pipeline has 2'),
    ]);
    expect(await imgpipe(['status', '--check', '--data', inFolder])).toMatchObject({ status: 0 });
  });

  test('are removed by clean, also by one that was interrupted; the next ones are of another pipeline', async () => {
    const { to, objects, env, data } = await pipeline();
    renameSync(path.join(objects, 'image_database'), `${objects}-away`);
    rmSync(`${objects}-away`, { recursive: true });
    expect(await to('clean --yes')).toMatchObject({ status: 2 });
    cpSync(path.join(objects, 'image_event_database'), path.join(objects, 'image_database'), { recursive: true });
    expect(await to('clean --yes')).toMatchObject({ status: 0 });
    expect(await to('run --count 4')).toMatchObject({ status: 0 });
    rmSync(objects, { recursive: true, force: true });
    expect(objectsOf(data, env)).not.toBe(objects);
    expect(await to('status --check --deep')).toMatchObject({ status: 0 });
  });

  test('are copied by view --open into a folder of its own', async () => {
    const { to, objects } = await pipeline();
    const temporary = temporaryFolder();
    const env = { PATH: temporaryFolder(), DISPLAY: '', WAYLAND_DISPLAY: '', BROWSER: '', TMPDIR: temporary };
    const { stderr } = await to('view 1 --open', env);
    const [, folder = ''] = /^opening copies of the pictures in (.*)$/m.exec(stderr) ?? [];
    expect(path.dirname(folder)).toBe(temporary);
    const copy = readFileSync(path.join(folder, 'alert-1-after.jpg'));
    expect(copy.equals(readFileSync(path.join(objects, 'image_database/00003.jpg')))).toBe(true);
  });

  test('are shown by the viewer, whole and as thumbnails', async () => {
    const { data, env, objects } = await pipeline();
    const running = start(['serve', '--port', '0', '--data', data], { env });
    onTestFinished(() => void running.child.kill('SIGKILL'));
    const viewer = await viewerOf(running);
    expect((await viewer.get('/alerts/1')).status).toBe(200);
    const picture = await (await viewer.get('/alerts/1/image')).arrayBuffer();
    expect(Buffer.from(picture).equals(readFileSync(path.join(objects, 'image_database/00003.jpg')))).toBe(true);
    const thumbnail = await viewer.get('/alerts/1/image/thumbnail');
    expect([thumbnail.status, thumbnail.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
  });
});
