import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { imgpipe, ROOT } from '../support/imgpipe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const PICTURE = path.join(ROOT, 'image_original/original_image.jpg');

function folderOf(files: Record<string, string | Buffer>): string {
  const folder = temporaryFolder();
  for (const [name, content] of Object.entries(files)) writeFileSync(path.join(folder, name), content);
  return folder;
}

describe('hostile input', () => {
  const picture = readFileSync(PICTURE);

  test('is named, the rest is processed, and the run ends with counts and exit 1', async () => {
    const folder = folderOf({
      '1.jpg': picture,
      '2.jpg': 'text',
      '3.png': '',
      '4.jpg': picture.subarray(0, 3000),
      '5.jpg': picture,
    });
    const data = path.join(temporaryFolder(), 'data');
    const { status, stdout, stderr } = await imgpipe(['run', folder, '--data', data]);
    expect(status).toBe(1);
    expect(stdout.match(/^image /gm)).toHaveLength(3);
    const errors = stderr.split('\n').filter((line) => line.startsWith('imgpipe: '));
    expect(errors).toEqual([
      `imgpipe: ${folder}/2.jpg was not received: it is text, not a picture, whatever its name says: check its source (not_a_picture)`,
      `imgpipe: ${folder}/3.png was not received: the file is empty (not_a_picture)`,
      `imgpipe: image default/2 (${folder}/4.jpg) is now a dead letter: the JPEG is cut short: the last scans of Y, Cb, and Cr are missing (undecodable)`,
      "imgpipe: 2 files not received; 1 dead letter, see 'imgpipe dead list'",
    ]);
    const whole = await imgpipe(['status', '--check', '--json', '--data', data]);
    expect(JSON.parse(whole.stdout)).toMatchObject({ images: 3, analyzed: 3, dead_letters: 1, balanced: true });
  });

  test('that the stream already has is skipped', async () => {
    const folder = folderOf({ '9.jpg': picture, '10.jpg': picture });
    const command = ['run', folder, '--data', path.join(temporaryFolder(), 'data')];
    const first = await imgpipe(command);
    expect(first.stdout.match(/from .*/g)).toEqual([`from ${folder}/9.jpg`, `from ${folder}/10.jpg`]);
    const second = await imgpipe(command);
    expect(second).toMatchObject({ status: 0, stdout: '' });
    expect(second.stderr).toContain(`${folder}/9.jpg is skipped: already received as image 1`);
    expect(second.stderr).toContain('0 images received, 2 files skipped');
  });

  test('in names is escaped wherever it is printed', async () => {
    const folder = folderOf({});
    const pictures = path.join(folder, 'a\nb\x1b[31m');
    mkdirSync(pictures);
    copyFileSync(PICTURE, path.join(pictures, 'x\r\u202e.jpg'));
    writeFileSync(path.join(pictures, 'y\x07.jpg'), 'text');
    const data = path.join(folder, 'data\x1b]0;');
    const run = await imgpipe(['run', pictures, '--data', data]);
    const view = await imgpipe(['status', '--data', data]);
    const none = await imgpipe(['status', '--data', `${data}\nnone`]);
    const config = await imgpipe(['status', '--config', `${data}\nnone`]);
    const option = await imgpipe(['status', '--no\x1b[31m\nsuch']);
    const printed = [run, view, none, config, option].flatMap(({ stdout, stderr }) => [stdout, stderr]).join('');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the output must not contain them.
    expect(printed.replaceAll('\n', '')).not.toMatch(/[\x00-\x1f\x7f\u202e]/);
    expect(run.stdout).toContain('a\\nb\\x1b[31m/x\\r\\u202e.jpg');
    expect(run.stderr).toContain('y\\x07.jpg was not received');
    for (const { stderr } of [none, config, option]) expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  test('that begins with a dash is accepted after --', async () => {
    const folder = folderOf({ '-dash.jpg': picture });
    const { status, stdout } = await imgpipe(['run', '--quiet', '--', '-dash.jpg'], { cwd: folder });
    expect({ status, stdout }).toMatchObject({ status: 0 });
    expect(stdout).toContain(`from ${folder}/-dash.jpg`);
    expect(await imgpipe(['run', '-dash.jpg'], { cwd: folder })).toMatchObject({ status: 2 });
  });

  test('in the name of a stream writes nothing', async () => {
    const folder = temporaryFolder();
    const { status, stderr } = await imgpipe(['run', '--stream', '../x'], { cwd: folder });
    expect({ status, lines: stderr.trimEnd().split('\n').length }).toEqual({ status: 2, lines: 1 });
    expect(stderr).toContain('"../x" is not a stream name');
    expect(existsSync(path.join(folder, 'imgpipe-data'))).toBe(false);
  });

  test('that does not exist is an error', async () => {
    const folder = temporaryFolder();
    const empty = await imgpipe(['receive', '.'], { cwd: folder });
    expect(empty).toMatchObject({ status: 0, stdout: '' });
    expect(empty.stderr).toContain('0 images received, no .jpg, .png, .webp, .gif, .bmp or .tiff found');
    const missing = await imgpipe(['receive', 'nothere.jpg'], { cwd: folder });
    expect(missing.status).toBe(1);
    expect(missing.stderr).toContain(`${folder}/nothere.jpg was not received: no such file or folder (ENOENT)`);
  });

  test('of which nothing can be read leaves no empty pipeline', async () => {
    const folder = folderOf({ 'a.jpg': picture });
    execFileSync('mkfifo', [path.join(folder, 'pipe.jpg')]);
    for (const name of ['receive', 'run']) {
      const { status, stdout, stderr } = await imgpipe([name, 'nosuch', 'pipe.jpg', 'a.jpg/b'], { cwd: folder });
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(stderr.trimEnd().split('\n')).toEqual([
        `imgpipe: ${folder}/nosuch was not received: no such file or folder (ENOENT) (file_unreadable)`,
        `imgpipe: ${folder}/pipe.jpg was not received: not a regular file (file_unreadable)`,
        `imgpipe: ${folder}/a.jpg/b was not received: a part of its path is not a folder (ENOTDIR) (file_unreadable)`,
        'imgpipe: 3 files not received',
      ]);
      expect(readdirSync(folder).sort()).toEqual(['a.jpg', 'pipe.jpg']);
    }
    const some = await imgpipe(['receive', 'nosuch', 'a.jpg'], { cwd: folder });
    expect(some).toMatchObject({ status: 1, stdout: expect.stringMatching(/^image default\/1: /) });
  });

  test('in a setting leaves no empty pipeline, and consumes nothing', async () => {
    const folder = folderOf({ 'a.jpg': picture, 'mask.png': 'text' });
    const kafka = { IMGPIPE_BROKER: 'kafka://127.0.0.1:1', IMGPIPE_KAFKA_TLS: 'true', IMGPIPE_KAFKA_TLS_CA: 'none' };
    const mistakes: [string, string, Record<string, string>?][] = [
      ['run a.jpg --mask none.png', 'mask: none.png does not exist'],
      ['receive a.jpg --mask mask.png', 'mask: mask.png is not a valid mask: it is text, not a picture'],
      ['receive --mask mask.png', 'mask: mask.png is not a valid mask: it is text, not a picture'],
      ['run a.jpg --threshold 5px', 'threshold: 5px is not valid for the technique l2'],
      ['analyze --threshold 5%', 'threshold: 5% is not valid for the technique l2'],
      ...['receive', 'analyze', 'alert', 'run'].map((name): [string, string, Record<string, string>] => [
        name,
        'kafka_tls_ca: the file none cannot be read',
        kafka,
      ]),
    ];
    for (const [line, message, env = {}] of mistakes) {
      const { stdout, stderr, status } = await imgpipe(line.split(' '), { cwd: folder, env });
      expect({ line, stdout, failed: status !== 0 }).toEqual({ line, stdout: '', failed: true });
      expect(stderr).toContain(`imgpipe: ${message}`);
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
      expect(readdirSync(folder).sort()).toEqual(['a.jpg', 'mask.png']);
    }
    // A run does not begin with what others have received.
    await imgpipe(['receive', 'a.jpg', '--data', 'data'], { cwd: folder });
    await imgpipe(['run', 'a.jpg', '--mask', 'none.png', '--data', 'data'], { cwd: folder });
    await imgpipe(['run', 'nosuch', '--data', 'data'], { cwd: folder });
    const { stdout } = await imgpipe(['status', '--json', '--data', 'data'], { cwd: folder });
    expect(JSON.parse(stdout)).toMatchObject({ images: 1, analyzed: 0 });
  });
});
