import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { imgpipe, ROOT, type Running, start } from '../support/imgpipe.ts';
import { connectSqlite, openSqlite } from '../support/open-sqlite.ts';
import { cutPng, png } from '../support/pictures.ts';
import { deadLetter } from '../support/samples.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** A pipeline with three dead letters: a truncated picture, one that is too large, and an invalid message. */
const prepared = mkdtempSync(path.join(tmpdir(), 'imgpipe-test-'));
const POISON = { key: 'k\u202e', headers: { 'a\n': 'b' }, value: `\u001b[2J${'x'.repeat(3000)}` };
let data: string;
const to = (line: string) => imgpipe([...line.split(' '), '--data', data]);

/** Starts a stage that cannot outlive its test. */
function stage(line: string): Running {
  const running = start([...line.split(' '), '--data', data]);
  onTestFinished(async () => {
    running.child.kill('SIGKILL');
    await running.ended;
  });
  return running;
}

beforeAll(async () => {
  const pictures = path.join(prepared, 'pictures');
  mkdirSync(pictures);
  writeFileSync(path.join(pictures, '1.png'), png([9, 9, 9]));
  writeFileSync(path.join(pictures, '2.png'), cutPng());
  writeFileSync(path.join(pictures, '3.png'), png([9, 9, 9], { width: 200, height: 200 }));
  data = path.join(prepared, 'data');
  await to(`run ${pictures} --stream sky --max-megapixels 0.01`);
  const { bus, close } = await connectSqlite(data);
  await bus.publish('image_analysis', [POISON]);
  await close();
  await to('analyze --drain --quiet');
});
afterAll(() => rmSync(prepared, { recursive: true }));

beforeEach(async () => {
  data = path.join(temporaryFolder(), 'data');
  cpSync(path.join(prepared, 'data'), data, { recursive: true });
  // A stage would refuse the copy.
  const { catalog, close } = await connectSqlite(data);
  await catalog.recordLocation();
  await close();
});

describe('imgpipe dead list', () => {
  test('prints a long list as fast as its reader takes it, in bounded memory', async () => {
    const { catalog, close } = await connectSqlite(data);
    await catalog.addDeadLetters(
      Array.from({ length: 20_000 }, (_, number) =>
        deadLetter({ image: { stream: 'sea', number: number + 1 }, technique: 'l2@2', detail: 'x'.repeat(4000) }),
      ),
    );
    await close();
    const tellPeak = 'process.on("exit",()=>process.stderr.write(String(process.resourceUsage().maxRSS)))';
    const listing = `node --import 'data:text/javascript,${tellPeak}' ${path.join(ROOT, 'bin/imgpipe.js')} dead list --json --data ${data}`;
    const { stdout, stderr } = spawnSync('bash', ['-o', 'pipefail', '-c', `${listing} | (sleep 2; wc -l)`], {
      encoding: 'utf8',
    });

    expect(Number(stdout)).toBe(20_003);
    // The lines have 85 MB.
    expect(Number(stderr) / 1024).toBeLessThan(200);
  });

  test('prints one line for each dead letter, newest first', async () => {
    const { status, stdout, stderr } = await to('dead list');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.replace(/\d{4}-[^,]*Z/g, 'WHEN').split('\n')).toEqual([
      '3: WHEN, message image_analysis/0/3, bad_message, 1 attempt',
      '2: WHEN, image sky/3, too_large, 1 attempt',
      '1: WHEN, image sky/2, undecodable, 1 attempt',
      '',
    ]);
  });

  test('shows which are replayed but not handled yet', async () => {
    await to('dead replay 2');
    expect((await to('dead list')).stdout).toMatch(
      /^2: .*, image sky\/3, too_large, 1 attempt, replayed, not handled yet$/m,
    );
    const lines = (await to('dead list --json')).stdout.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).replayed_at === null)).toEqual([true, false, true]);
  });

  test('says if there are none', async () => {
    await to('clean --yes');
    expect(await to('dead list')).toMatchObject({ status: 0, stdout: '', stderr: 'there are no dead letters\n' });
    expect(await to('dead list --json --quiet')).toMatchObject({ status: 0, stdout: '', stderr: '' });
  });
});

describe('imgpipe dead show', () => {
  test('shows the reason, the subject and the message, escaped and shortened', async () => {
    const { status, stdout } = await to('dead show 3');
    expect(status).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.slice(1).map((line) => line.replace(/ {2,}/, ' '))).toEqual([
      'Stage: analyze',
      'Reason: bad_message',
      'Detail: the message cannot be read: ce_specversion is missing, not 1.0',
      'Attempts: 1',
      'Message: image_analysis/0/3 on embedded',
      'Key: k\\u202e',
      'Header: a\\n: b',
      `Value: \\x1b[2J${'x'.repeat(1996)}… and 1004 more characters`,
    ]);
  });

  test('shows the image', async () => {
    const { stdout } = await to('dead show 1');
    expect(stdout).toMatch(/^Image: +sky\/2$/m);
    expect(stdout).toMatch(/^Technique: +l2@2$/m);
    expect(stdout).toMatch(/^Header: +ce_type: imgpipe\.image\.received\.v1$/m);
    expect(stdout).toMatch(/^Value: +\{"image_num":2,/m);
  });

  test('prints the whole message as JSON', async () => {
    const { stdout } = await to('dead show 3 --json');
    expect(JSON.parse(stdout)).toMatchObject({
      id: 3,
      reason: 'bad_message',
      image: null,
      topic: 'image_analysis',
      offset: 3,
      key: POISON.key,
      headers: [{ name: 'a\n', value: 'b' }],
      value: POISON.value,
      value_base64: null,
    });
  });

  test('exits 3 for an unknown number, naming the range, and 2 without a number', async () => {
    expect(await to('dead show 9')).toMatchObject({
      status: 3,
      stdout: '',
      stderr: 'imgpipe: dead letter 9 does not exist: there are 3, from 1 to 3\n',
    });
    expect(await to('dead show x')).toMatchObject({
      status: 2,
      stderr: 'imgpipe: id: "x" is not valid: use a positive whole number, such as 1\n',
    });
  });
});

describe('imgpipe dead drop', () => {
  test('settles dead letters: they are not listed, not replayed, and counted apart', async () => {
    expect(await to('dead drop 1 3')).toMatchObject({
      status: 0,
      stdout: 'dead letter 1: image sky/2 is dropped\ndead letter 3: message image_analysis/0/3 is dropped\n',
      stderr: '',
    });
    const listed = async (options: string) => (await to(`dead list${options}`)).stdout.match(/^\d+(?=:)|dropped$/gm);
    expect(await listed('')).toEqual(['2']);
    expect(await listed(' --dropped')).toEqual(['3', 'dropped', '2', '1', 'dropped']);
    expect((await to('dead show 1')).stdout).toMatch(/^Dropped: +\d{4}-/m);
    expect((await to('status')).stdout).toMatch(/^Dead letters: +1, 2 dropped$/m);
    expect(JSON.parse((await to('status --json')).stdout)).toMatchObject({
      dead_letters: 1,
      dead_letters_dropped: 2,
      dead_letters_discarded: 0,
    });
    expect(await to('dead replay 3')).toMatchObject({
      status: 1,
      stderr: 'imgpipe: dead letter 3: message image_analysis/0/3 was dropped, and is not replayed\n',
    });
    expect((await to('dead replay --all')).stdout).toBe('dead letter 2: image sky/3 is published again\n');
    expect(await to('status --check')).toMatchObject({ status: 0, stderr: '' });
    await to('analyze --drain');
    expect((await to('status')).stdout).toMatch(/^Waiting: +0 images for analysis/m);
  });

  test('leaves those that wait for their replay, and says what was dropped before', async () => {
    await to('dead replay 1');
    await to('dead drop 3');
    const { status, stdout, stderr } = await to('dead drop --all --json');
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ id, how }) => [id, how])).toEqual([
      [1, 'waits'],
      [2, 'dropped'],
    ]);
    expect((await to('dead drop 3')).stdout).toBe('dead letter 3: message image_analysis/0/3 was dropped earlier\n');
    expect((await to('dead drop 9')).status).toBe(3);
    expect((await to('dead drop')).status).toBe(2);
  });
});

describe('imgpipe dead replay', () => {
  const drained = async (options = '') => {
    await to(`analyze --drain ${options}`.trim());
    await to('alert --drain');
  };

  test('compares a picture again under a higher limit, up to its event and alert', async () => {
    const { status, stdout } = await to('dead replay 2');
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'dead letter 2: image sky/3 is published again\n' });
    expect((await to('status')).stdout).toMatch(/^Waiting: +1 image for analysis, /m);
    expect(await to('status --check')).toMatchObject({ status: 0, stderr: '' });
    await drained();
    expect((await to('dead list')).stdout).not.toContain('sky/3');
    expect((await to('view 1')).stdout).toMatch(/the size has changed: 200 × 200, before 4 × 4/);
    expect(await to('status --check')).toMatchObject({ status: 0, stderr: '' });
  });

  test('--all: what fails again becomes another dead letter', async () => {
    const { stdout } = await to('dead replay --all --json');
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ id, how, image }) => [id, how, image])).toEqual([
      [1, 'published', 2],
      [2, 'published', 3],
      [3, 'published', null],
    ]);
    expect((await to('dead replay 1')).stdout).toBe(
      'dead letter 1: image sky/2 was replayed earlier and is not handled yet\n',
    );
    await drained('--max-megapixels 0.01');
    expect(
      (await to('dead list')).stdout.match(/^\d+: \S+, [^,]*/gm)?.map((line) => line.replace(/\S+Z, /, '')),
    ).toEqual(['6: message image_analysis/0/6', '5: image sky/3', '4: image sky/2']);
  });

  test('leaves an image to the receiver that holds its stream, which publishes it while idle', async () => {
    const receive = stage('receive --stream sky --count 2 --interval 1h');
    await receive.until(/^image sky\/4/m);
    expect((await to('dead replay 2')).stdout).toBe(
      `dead letter 2: image sky/3 will be published by imgpipe receive (process ${receive.child.pid}) within seconds\n`,
    );
    const analyze = stage('analyze');
    await analyze.until(/^event 1: image sky\/3 differs in size/m);
  });

  test('names a dead letter with nothing left to publish, and exits 1', async () => {
    const { db, close } = await openSqlite(data);
    await db.write(() => db.run('UPDATE dead_letter SET message_key = NULL WHERE id = 3'));
    await close();
    expect(await to('dead replay 3')).toMatchObject({
      status: 1,
      stdout: '',
      stderr:
        'imgpipe: dead letter 3: message image_analysis/0/3 cannot be replayed: there is nothing left to publish\n',
    });
  });

  test('requires existing numbers or --all, but not both', async () => {
    const failure = async (line: string) => {
      const { status, stderr } = await to(line);
      return [status, stderr];
    };
    expect(await failure('dead replay 1 9')).toEqual([
      3,
      'imgpipe: dead letter 9 does not exist: there are 3, from 1 to 3\n',
    ]);
    expect(await failure('dead replay 0')).toEqual([2, expect.stringContaining('id: "0" is not valid')]);
    expect(await failure('dead replay')).toEqual([
      2,
      expect.stringContaining('give the numbers of dead letters, or --all'),
    ]);
    expect(await failure('dead replay --all 1')).toEqual([2, expect.stringContaining('cannot be combined')]);
    expect((await to('dead list')).stdout).not.toContain('replayed');
  });

  test('is refused on a broker that does not have the messages', async () => {
    const { catalog, close } = await openSqlite(data);
    await catalog.setBus({ id: 'kafka:cluster-1', address: 'kafka://broker:9092' }, 'embedded');
    await close();
    expect(await to('dead replay --all')).toMatchObject({
      status: 2,
      stdout: '',
      stderr:
        "imgpipe: broker: this pipeline's messages are on kafka:cluster-1, not on embedded: give --broker and --topic-prefix as before\n",
    });
    expect((await to('dead list')).stdout).not.toContain('replayed');
  });

  test('is refused during a clean', async () => {
    const { catalog, close } = await openSqlite(data);
    await catalog.lock('folder', 'imgpipe clean (process 7)');
    expect(await to('dead replay --all')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('is being cleaned by imgpipe clean (process 7)'),
    });
    await close();
  });
});

test('imgpipe dead without a subcommand prints the help, and exits 2', async () => {
  const { status, stdout, stderr } = await imgpipe(['dead']);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(/^Usage: imgpipe dead/);
});
