import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { imgpipe } from '../support/imgpipe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const linesOf = (text: string) => text.split('\n').filter((line) => line !== '');
const startingWith = (word: string, text: string) => linesOf(text).filter((line) => line.startsWith(`${word} `));

describe('imgpipe run', () => {
  test('makes ten images, with events at 3 and 7 and alerts 1 and 2', async () => {
    const data = path.join(temporaryFolder(), 'data');
    const { status, stdout, stderr } = await imgpipe(['run', '--data', data]);
    expect(status, stderr).toBe(0);
    expect(startingWith('image', stdout)).toHaveLength(10);
    expect(startingWith('event', stdout).map((line) => line.replace(/ by .*/, ''))).toEqual([
      'event 1: image default/3 differs from image default/2',
      'event 2: image default/7 differs from image default/6',
    ]);
    expect(startingWith('alert', stdout)).toEqual([
      "alert 1: image default/3 has changed; see 'imgpipe view 1'",
      "alert 2: image default/7 has changed; see 'imgpipe view 2'",
    ]);
    expect(linesOf(stdout)).toHaveLength(14);
    expect(linesOf(stderr)).toEqual([
      `run: broker embedded, folder ${data}`,
      'run: 10 images received, 2 events, 2 alerts',
    ]);
    expect(readdirSync(path.join(data, 'image_event_alerts'))).toEqual([
      'image_event_alert_001.txt',
      'image_event_alert_002.txt',
    ]);
  });

  test('continues with the next number, and rotates the same images', async () => {
    const data = path.join(temporaryFolder(), 'data');
    await imgpipe(['run', '--data', data, '--quiet']);
    const { status, stdout, stderr } = await imgpipe(['run', '--data', data, '--quiet']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(startingWith('image', stdout).map((line) => line.split(':')[0])).toEqual(
      Array.from({ length: 10 }, (_, index) => `image default/${index + 11}`),
    );
    expect(startingWith('event', stdout).map((line) => line.split(' differs')[0])).toEqual([
      'event 3: image default/11',
      'event 4: image default/15',
      'event 5: image default/19',
    ]);
  });

  test('writes one JSON object a line to stdout, and nothing else there', async () => {
    const data = path.join(temporaryFolder(), 'data');
    const { stdout, stderr } = await imgpipe(['run', '--data', data, '--json', '--count', '3']);
    const lines = linesOf(stdout).map((line) => JSON.parse(line));
    expect(lines.map(({ type }) => type).sort()).toEqual([
      'alert',
      ...Array(3).fill('image'),
      ...Array(3).fill('outcome'),
    ]);
    expect(lines.find(({ outcome }) => outcome === 'changed')).toMatchObject({ image: 3, reference: 2, event: 1 });
    expect(stderr).toMatch(/^run: broker/);
  });

  test('prints no color with NO_COLOR, and prints it with FORCE_COLOR', async () => {
    const run = async (env: Record<string, string>) => {
      const data = path.join(temporaryFolder(), 'data');
      const { stdout, stderr } = await imgpipe(['run', '--data', data, '--count', '3'], { env });
      return (stdout + stderr).includes('\x1b[');
    };
    expect(await run({ FORCE_COLOR: '1', NO_COLOR: '' })).toBe(true);
    expect(await run({ FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false);
  });
});
