import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { imgpipe, ROOT, start } from '../support/imgpipe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** A pipeline of eight images with two alerts, copied for each test. */
const folder = mkdtempSync(path.join(tmpdir(), 'imgpipe-test-'));
const prepared = path.join(folder, 'prepared');
let data: string;
const to = (line: string, env: Record<string, string> = {}) => imgpipe([...line.split(' '), '--data', data], { env });

beforeAll(async () => {
  // Moved, so that no stage takes a copy for one.
  await imgpipe(['run', '--count', '8', '--data', `${prepared}.before`]);
  renameSync(`${prepared}.before`, prepared);
});
afterAll(() => rmSync(folder, { recursive: true }));

beforeEach(() => {
  data = path.join(temporaryFolder(), 'data');
  cpSync(prepared, data, { recursive: true });
});

describe('the thresholds of imgpipe status', () => {
  test('are those that judged outcomes as well as the one in force', async () => {
    expect((await to('status')).stdout).toMatch(
      /^Technique: {5}l2@2, threshold 0: 1 first, 5 unchanged, 2 changed\nTopic/m,
    );
    await to('run --count 8 --threshold 1000000 --stream other');
    const { stdout } = await to('status');
    expect(stdout).toContain(
      [
        'Technique:     l2@2, threshold 1000000: 2 first, 12 unchanged, 2 changed',
        '  judged by threshold 0: 1 first, 5 unchanged, 2 changed',
        '  judged by threshold 1000000: 1 first, 7 unchanged',
        '',
      ].join('\n'),
    );
    const none = { first: 0, unchanged: 0, changed: 0, size_changed: 0, dead: 0 };
    const by = (threshold: number) => ({ technique: 'l2@2', threshold, threshold_unit: 'levels' });
    const [technique] = JSON.parse((await to('status --json')).stdout).techniques;
    expect(technique).toEqual({
      technique: 'l2@2',
      threshold: 1_000_000,
      threshold_unit: 'levels',
      idle: false,
      outcomes: { ...none, first: 2, unchanged: 12, changed: 2 },
      judged: [
        { ...by(0), outcomes: { ...none, first: 1, unchanged: 5, changed: 2 } },
        { ...by(1_000_000), outcomes: { ...none, first: 1, unchanged: 7 } },
      ],
    });
  });
});

describe('imgpipe view', () => {
  test('prints what changed, and the paths of the three pictures', async () => {
    const { status, stdout } = await to('view 2');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Alert 2: the picture has changed by [\d.]+ levels \(l2@2\), threshold 0$/m);
    expect(stdout).toMatch(/^Stream: +default, image 7 after image 6$/m);
    const paths = [...stdout.matchAll(/^(?:Previous image|Image|Difference): +(.*)$/gm)].map(([, file]) => file ?? '');
    expect(paths).toEqual([
      path.join(data, 'image_database/00006.jpg'),
      path.join(data, 'image_database/00007.jpg'),
      path.join(data, 'image_event_database/image_event_002.jpg'),
    ]);
    expect(paths.every(existsSync)).toBe(true);
  });

  test('exits 3 for an unknown number, naming the range', async () => {
    expect(await to('view 99')).toEqual({
      status: 3,
      signal: null,
      stdout: '',
      stderr: 'imgpipe: alert 99 does not exist: the alerts are 1 to 2\n',
    });
  });

  test('--open copies the pictures from the store, and fails if no viewer can be started', async () => {
    const nowhere = { PATH: temporaryFolder(), DISPLAY: '', WAYLAND_DISPLAY: '', BROWSER: '', XDG_CURRENT_DESKTOP: '' };
    const { status, stdout, stderr } = await to('view 1 --open', nowhere);
    expect(status).toBe(1);
    expect(stdout).toContain('Alert 1:');
    expect(stderr).toMatch(/^imgpipe: cannot start a viewer for .*\.jpg \(.*\): open the paths above yourself\n$/m);
    const [, folder = ''] = /^opening copies of the pictures in (.*)$/m.exec(stderr) ?? [];
    const stored = ['image_database/00002.jpg', 'image_database/00003.jpg', 'image_event_database/image_event_001.jpg'];
    for (const [index, name] of ['before', 'after', 'difference'].entries()) {
      const copy = readFileSync(path.join(folder, `alert-1-${name}.jpg`));
      expect(copy.equals(readFileSync(path.join(data, stored[index] ?? '')))).toBe(true);
    }
    rmSync(folder, { recursive: true });
  });
});

describe('imgpipe status', () => {
  test('prints the state of the pipeline', async () => {
    await to('receive --quiet --count 3 --stream garden');
    const { status, stdout, stderr } = await to('status');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const shown = stdout.replace(data, 'FOLDER').replace(/[\d.]+ s$/m, 'SO LONG');
    expect(shown.replace(/ {2,}/g, ' ').split('\n')).toEqual([
      'Folder: FOLDER',
      'Broker: embedded',
      'Images: 11, of which 8 analyzed',
      'Events: 2',
      'Alerts: 2',
      'Waiting: 3 images for analysis, 0 events for an alert',
      'Oldest: image garden/1 has been waiting for its outcome for SO LONG',
      'Dead letters: 0',
      'Lost: 0',
      'Stream: default: 8 images, 2 events',
      'Stream: garden: 3 images, 0 events',
      'Technique: l2@2, threshold 0: 1 first, 5 unchanged, 2 changed',
      'Topic: image_analysis, read by image_analysis_group: lag 3',
      'Topic: image_event_alert, read by image_event_alert_group: lag 0',
      '',
    ]);
  });

  test('--check names what is missing or damaged, and exits 1', async () => {
    expect(await to('status --check')).toMatchObject({ status: 0, stderr: '' });
    rmSync(path.join(data, 'image_database/00004.jpg'));
    writeFileSync(path.join(data, 'image_event_database/image_event_002.jpg'), 'cut');
    const { status, stderr } = await to('status --check');
    expect(status).toBe(1);
    expect(stderr).toBe(
      'imgpipe: image_database/00004.jpg: the file is missing\n' +
        'imgpipe: image_event_database/image_event_002.jpg: the file is not what was written\n',
    );
    execFileSync('mkfifo', [path.join(data, 'image_database/00004.jpg')]);
    expect((await to('status --check')).stderr).toContain(
      'imgpipe: image_database/00004.jpg: the file is not a regular file, or changes while it is read\n',
    );
    rmSync(path.join(data, 'image_database/00004.jpg'));
  });
});

describe('imgpipe clean', () => {
  const images = () => readdirSync(path.join(data, 'image_database')).length;

  test('without a terminal requires --yes, and removes nothing otherwise', async () => {
    const { status, stdout, stderr } = await to('clean');
    expect(status).toBe(2);
    expect(stdout).toBe(`${data}: 8 images, 2 events, 2 alerts; 14 files and all messages will be removed\n`);
    expect(stderr).toMatch(
      /^imgpipe: clean requires confirmation.*: use --yes, or --dry-run to see what would be removed\n$/,
    );
    expect(await to('clean --dry-run --yes')).toMatchObject({ status: 0 });
    expect(images()).toBe(8);
  });

  test('--yes removes what the pipeline wrote, and only that, and starts over', async () => {
    const stranger = path.join(data, 'image_database/notes.txt');
    writeFileSync(stranger, 'mine');
    const { status, stdout } = await to('clean --yes');
    expect(status).toBe(0);
    expect(stdout).toContain('kept, not written by imgpipe: image_database/notes.txt');
    expect(readdirSync(path.join(data, 'image_database'))).toEqual(['notes.txt']);
    expect(readFileSync(stranger, 'utf8')).toBe('mine');
    expect((await to('run --count 1')).stdout).toContain('image default/1');
  });

  test('is refused while a stage is running', async () => {
    const analyze = start(['analyze', '--data', data]);
    onTestFinished(() => {
      analyze.child.kill('SIGKILL');
    });
    await to('receive --count 3');
    await analyze.until(/event 3/);
    const { status, stderr } = await to('clean --yes');
    expect(status).toBe(1);
    expect(stderr).toMatch(/is in use by imgpipe analyze \(process \d+\): stop that first\n$/);
    expect(images()).toBe(11);
  });

  const script = spawnSync('script', ['--version'], { encoding: 'utf8' });
  test.skipIf(!`${script.stdout}`.includes('util-linux'))('on a terminal asks for confirmation', async () => {
    expect(await answered('n\n')).toMatchObject({ status: 0, images: 8 });
    expect(await answered('\x04')).toMatchObject({ status: 0, images: 8 });
    expect(await answered('\x03')).toMatchObject({ status: 130, images: 8 });
    expect(await answered('y\n')).toMatchObject({ status: 0, images: 0 });
  });

  async function answered(keys: string): Promise<{ status: number | null; images: number; text: string }> {
    const command = `'${process.execPath}' '${ROOT}/bin/imgpipe.js' clean --data '${data}'`;
    const terminal = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null']);
    let text = '';
    terminal.stdout.setEncoding('utf8').on('data', (more: string) => {
      if (!text.includes('[y/N]') && (text + more).includes('[y/N]')) terminal.stdin.write(keys);
      text += more;
    });
    const status = await new Promise<number | null>((resolve) => terminal.on('close', resolve));
    return { status, images: existsSync(path.join(data, 'image_database')) ? images() : 0, text };
  }
});
