import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { alertLineSchema, imageLineSchema, outcomeLineSchema } from '../../src/domain/json/result-lines.ts';
import { imgpipe, ROOT } from '../support/imgpipe.ts';
import { fillImages } from '../support/many-images.ts';
import { png } from '../support/pictures.ts';
import { lastingFolder, temporaryFolder } from '../support/temporary-folder.ts';

const data = lastingFolder();

/** Two images of the stream "default", then three of "sky"; each but the first of its stream has changed. */
beforeAll(async () => {
  const file = path.join(data, 'an "odd", name.png');
  for (const [stream, colours] of [
    ['default', [1, 2]],
    ['sky', [3, 4, 5]],
  ] as const) {
    for (const colour of colours) {
      writeFileSync(file, png([40 * colour, 0, 0]));
      expect((await imgpipe(['run', file, '--data', data, '--stream', stream])).status).toBe(0);
    }
  }
});

async function list(...args: string[]): Promise<string[]> {
  const { status, stdout, stderr } = await imgpipe(['list', ...args, '--data', data]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout.split('\n').slice(0, -1);
}

const json = async (...args: string[]) => (await list(...args, '--json')).map((line) => JSON.parse(line));

describe('imgpipe list', () => {
  test('images: newest first, over all streams', async () => {
    const lines = await list('images');
    expect(lines.map((line) => /image (\S+):/.exec(line)?.[1])).toEqual([
      'sky/3',
      'sky/2',
      'sky/1',
      'default/2',
      'default/1',
    ]);
    expect(lines[0]).toMatch(/^\d{4}-\S+Z {2}image sky\/3: image_database\/sky\/00003\.png {2}from \//);
  });

  test('has the lines that the stages print with --json', async () => {
    const [images, events, alerts] = [await json('images'), await json('events'), await json('alerts')];
    for (const image of images) imageLineSchema.parse(image);
    for (const event of events) outcomeLineSchema.parse(event);
    for (const alert of alerts) alertLineSchema.parse(alert);
    expect(images.map(({ type, stream, image }) => [type, stream, image])[0]).toEqual(['image', 'sky', 3]);
    expect(events.map(({ event, stream, image, outcome }) => [event, stream, image, outcome])).toEqual([
      [3, 'sky', 3, 'changed'],
      [2, 'sky', 2, 'changed'],
      [1, 'default', 2, 'changed'],
    ]);
    expect(alerts.map(({ alert, stream, image }) => [alert, stream, image])).toEqual([
      [3, 'sky', 3],
      [2, 'sky', 2],
      [1, 'default', 2],
    ]);
  });

  test('events and alerts as text', async () => {
    expect((await list('events'))[2]).toMatch(
      /^\d{4}-\S+Z {2}event 1: image default\/2 differs from image default\/1 by [\d.]+ levels \(l2@2\)$/,
    );
    expect((await list('alerts'))[2]).toMatch(
      /^\d{4}-\S+Z {2}alert 1: image default\/2 differs from image default\/1 by/,
    );
  });

  test('selects by stream, time and number', async () => {
    const [newest, , oldest] = await json('events');
    expect((await json('events', '--stream', 'sky')).map(({ event }) => event)).toEqual([3, 2]);
    expect((await json('events', '--limit', '1')).map(({ event }) => event)).toEqual([3]);
    expect((await json('events', '--from', newest.analyzed_at)).map(({ event }) => event)).toEqual([3]);
    expect((await json('events', '--to', newest.analyzed_at)).map(({ event }) => event)).toEqual([2, 1]);
    expect((await json('images', '--from', oldest.analyzed_at, '--limit', '2')).map(({ image }) => image)).toEqual([
      3, 2,
    ]);
    expect((await json('alerts', '--stream', 'default')).map(({ alert }) => alert)).toEqual([1]);
  });

  test('prints CSV with a header line and CR LF', async () => {
    const { stdout } = await imgpipe(['list', 'images', '--csv', '--stream', 'default', '--data', data]);
    const [header, line, ...others] = stdout.split('\r\n');
    expect(header).toBe('stream,image,path,sha256,bytes,origin,moved_to,received_at,notes,mask,captured_at');
    expect(line).toMatch(/^default,2,\/.*00002\.png,[0-9a-f]{64},\d+,"\/.*an ""odd"", name\.png",,\d{4}-\S+Z,,,$/);
    expect(others).toEqual([expect.stringMatching(/^default,1,/), '']);
    expect(await list('alerts', '--csv', '--to', '2000-01-01', '--quiet')).toEqual([
      'alert,event,stream,image,kind,path,alerted_at,captured_at\r',
    ]);
  });

  test('says so if nothing matches', async () => {
    const none = await imgpipe(['list', 'alerts', '--to', '2000-01-01', '--data', data]);
    expect(none).toMatchObject({ status: 0, stdout: '', stderr: 'no alerts match\n' });
  });

  test.each([
    [['images', '--stream', 'sea'], 3, 'stream sea does not exist: the streams are default, sky'],
    [['images', '--stream', 'No'], 2, 'stream'],
    [['images', '--from', '2026-02-30'], 2, '--from: "2026-02-30" is not valid: use a date or a time'],
    [['events', '--limit', '0'], 2, '--limit: "0" is not valid'],
    [['events', '--json', '--csv'], 2, '--csv and --json cannot be combined'],
    [['pictures'], 2, "unknown command 'pictures'"],
  ])('%j fails with exit %i', async (args, exit, word) => {
    const { status, stdout, stderr } = await imgpipe(['list', ...args, '--data', data]);
    expect({ status, stdout }).toEqual({ status: exit, stdout: '' });
    expect(stderr).toContain(word);
  });
});

describe('a long list', () => {
  test('ends quietly when its reader goes away, and prints all in bounded memory otherwise', async () => {
    const folder = temporaryFolder();
    await fillImages(folder, { images: 20_000, open: 0, streams: 20 });
    const listing = `node --max-old-space-size=32 ${path.join(ROOT, 'bin/imgpipe.js')} list images --csv --data ${folder}`;
    const shell = (command: string) => spawnSync('bash', ['-o', 'pipefail', '-c', command], { encoding: 'utf8' });
    const head = shell(`${listing} | head -2`);
    expect({ status: head.status, stderr: head.stderr, lines: head.stdout.split('\r\n').length }).toEqual({
      status: 0,
      stderr: '',
      lines: 3,
    });
    const all = shell(`${listing} | (sleep 1; wc -l)`);
    expect({ status: all.status, stderr: all.stderr, lines: Number(all.stdout) }).toEqual({
      status: 0,
      stderr: '',
      lines: 20_001,
    });
  });
});
