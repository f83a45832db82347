import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { captured } from '../fixtures/captured/captured.ts';
import { imgpipe } from '../support/imgpipe.ts';
import { png } from '../support/pictures.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** A folder with a data folder, and the ways to write and to run in it. */
function scene() {
  const folder = temporaryFolder();
  const data = path.join(folder, 'data');
  return {
    data,
    file(name: string, bytes: Uint8Array): string {
      writeFileSync(path.join(folder, name), bytes);
      return path.join(folder, name);
    },
    async to(...args: string[]): Promise<string> {
      const { status, stdout, stderr } = await imgpipe([...args, '--data', data]);
      expect({ status, stderr: args.includes('--quiet') ? stderr : '' }).toEqual({ status: 0, stderr: '' });
      return stdout;
    },
  };
}

function picture(name: string): Buffer {
  return captured().find((one) => one.name === name)?.bytes ?? Buffer.alloc(0);
}

describe('when and how an image was taken', () => {
  test('is kept, and told by receive, list, view and the text file of an event', async () => {
    const { file, to, data } = scene();
    await to('run', '--quiet', file('1.png', png([1, 2, 3], { width: 8, height: 8 })));
    await to('run', '--quiet', file('2.jpg', picture('all, big-endian')));
    const view = JSON.parse(await to('view', '1', '--json'));
    const known = {
      captured_at: '2026-11-27T08:47:42.250Z',
      capture: {
        time_from: 'exif',
        make: 'NIKON CORPORATION',
        model: 'NIKON D750',
        exposure: 0.004,
        aperture: 2.8,
        iso: 400,
        gain: null,
        focal_length: 50,
        latitude: -33.8569,
        longitude: 151.2093,
        altitude: 58.5,
      },
    };
    expect(view.image).toMatchObject(known);
    expect(view.reference).toMatchObject({ captured_at: null, capture: null });
    const [line] = (await to('list', 'images', '--json')).split('\n');
    expect(JSON.parse(line ?? '')).toMatchObject({ image: 2, ...known });
    expect(await to('list', 'images')).toMatch(/2\.jpg, captured 2026-11-27T08:47:42\.250Z\n/);
    expect((await to('list', 'images', '--csv')).split('\r\n')[1]).toMatch(/,2026-11-27T08:47:42\.250Z$/);
    for (const list of ['events', 'alerts']) {
      expect(await to('list', list)).toMatch(/levels \(l2@2\), captured 2026-11-27T08:47:42\.250Z\n/);
      expect(JSON.parse(await to('list', list, '--json'))).toMatchObject({ captured_at: '2026-11-27T08:47:42.250Z' });
    }
    expect(await to('view', '1')).toContain('\nCaptured:        2026-11-27T08:47:42.250Z\nCamera:          NIKON ');
    const text = readFileSync(path.join(data, 'image_event_database/image_event_001.txt'), 'utf8');
    expect(text).toContain('\nImage captured at: 2026-11-27T08:47:42.250Z\nCamera: NIKON CORPORATION NIKON D750\n');
  });

  test('is in the name of the file, or its own time, if --time-from says so', async () => {
    const { file, to } = scene();
    const named = file('cam_20260102_030405.png', png([1, 2, 3]));
    const timed = file('timed.png', png([4, 5, 6]));
    utimesSync(timed, 0, new Date('2026-03-04T05:06:07.500Z').getTime() / 1000);
    await to('receive', '--quiet', named, '--time-from', 'cam_%Y%m%d_%H%M%S');
    await to('receive', '--quiet', timed, '--time-from', 'mtime');
    await to('receive', '--quiet', file('plain.png', png([7, 8, 9])));
    const images = (await to('list', 'images', '--json')).trim().split('\n');
    const times = images.map((line) => JSON.parse(line).captured_at);
    expect(times).toEqual([null, '2026-03-04T05:06:07.500Z', new Date(2026, 0, 2, 3, 4, 5).toISOString()]);
    // By the time of capture where it is known, else by that of receipt.
    const found = async (...range: string[]) => (await to('list', 'images', ...range)).match(/default\/\d/g);
    expect(await found('--from', '2026-02-01', '--to', '2026-04-01')).toEqual(['default/2']);
    expect(await found('--to', '2026-02-01')).toEqual(['default/1']);
    expect(await found('--from', '2026-04-01')).toEqual(['default/3']);
  });
});
