import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { decodePicture } from '../../src/adapters/pixels/codec.ts';
import { imgpipe, start } from '../support/imgpipe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

function pipeline() {
  const data = path.join(temporaryFolder(), 'data');
  const to = (...args: string[]) => imgpipe([...args, '--data', data]);
  const json = async (...args: string[]) => JSON.parse((await to(...args, '--json')).stdout);
  return { data, to, json };
}

const outcomesOf = (status: { techniques: { technique: string; outcomes: object }[] }) =>
  status.techniques.map(({ technique, outcomes }) => [technique, outcomes]);

describe('a second technique', () => {
  test('processes all images from the first, with its own outcomes, events and alerts', async () => {
    const { to, json } = pipeline();
    await to('run', '--count', '8');
    const analyze = await to('analyze', '--technique', 'changed', '--threshold', '0.5%', '--drain');
    expect(analyze.stdout).toMatch(
      /^event 3: image default\/3 differs from image default\/2 by \d+ px \(changed@2\), in \d+ region/m,
    );
    expect((await json('status')).waiting).toEqual({ analysis: 0, alert: 2 });
    await to('alert', '--drain');
    const status = await json('status', '--check');
    expect(status).toMatchObject({ images: 8, analyzed: 8, events: 4, alerts: 4, balanced: true });
    const outcomes = { first: 1, unchanged: 5, changed: 2, size_changed: 0, dead: 0 };
    expect(outcomesOf(status)).toEqual([
      ['changed@2', outcomes],
      ['l2@2', outcomes],
    ]);
    expect(status.techniques.map((each: object) => ({ ...each, outcomes: 0, judged: 0 }))).toEqual([
      { technique: 'changed@2', threshold: 0.5, threshold_unit: '%', idle: false, outcomes: 0, judged: 0 },
      { technique: 'l2@2', threshold: 0, threshold_unit: 'levels', idle: false, outcomes: 0, judged: 0 },
    ]);
    expect(status.groups.map(({ group }: { group: string }) => group).sort()).toEqual([
      'image_analysis_group',
      'image_analysis_group.changed',
      'image_event_alert_group',
    ]);
  });

  test('has regions in its alerts, text files and JSON', async () => {
    const { data, to, json } = pipeline();
    await to('run', '--count', '3', '--technique', 'changed');
    const view = await json('view', '1');
    expect(view).toMatchObject({ technique: 'changed@2', threshold: 0, threshold_unit: 'px', mask: null });
    expect(view.regions).toHaveLength(view.region_count);
    const areas: number[] = view.regions.map(({ area }: { area: number }) => area);
    expect(areas.reduce((sum, area) => sum + area, 0)).toBe(view.measurement);
    const text = readFileSync(path.join(data, 'image_event_database/image_event_001.txt'), 'utf8');
    expect(text).toContain(`\nMeasurement: ${view.measurement}\nThreshold: 0px\n`);
    expect(text.match(/^Region \d+: /gm)).toHaveLength(view.region_count);
    const shown = (await to('view', '1')).stdout;
    expect(shown).toMatch(/^Regions: +\d+\n +1\. \d+ × \d+ at /m);
    expect((await to('status', '--check')).status).toBe(0);
  });

  test('opens a copy of the image with a box around each region', async () => {
    const { data, to, json } = pipeline();
    await to('run', '--count', '3', '--technique', 'changed');
    const { image } = await json('view', '1');
    const nowhere = { PATH: temporaryFolder(), DISPLAY: '', WAYLAND_DISPLAY: '', BROWSER: '', XDG_CURRENT_DESKTOP: '' };
    const { status, stderr } = await imgpipe(['view', '1', '--open', '--data', data], { env: nowhere });
    expect(status).toBe(1);
    const [, folder = ''] = /^opening copies of the pictures in (.*)$/m.exec(stderr) ?? [];
    const copy = path.join(folder, 'alert-1-regions.jpg');
    const limits = { maxPixels: 1e6 };
    const [boxed, plain] = await Promise.all(
      [copy, image.path].map((file) => decodePicture(readFileSync(file), 'jpg', limits)),
    );
    expect([boxed?.width, boxed?.height]).toEqual([plain?.width, plain?.height]);
    // It has red pixels that the picture does not have.
    const red = (pixels: Uint8Array = new Uint8Array()) =>
      pixels.filter(
        (level, at) => at % 3 === 0 && level > 180 && (pixels[at + 1] ?? 0) < 110 && (pixels[at + 2] ?? 0) < 110,
      );
    expect(red(boxed?.data).length).toBeGreaterThan(red(plain?.data).length + 30);
    rmSync(folder, { recursive: true });
  });

  test('runs at the same time, with its own threshold', async () => {
    const { data, to, json } = pipeline();
    const stages = [
      start(['analyze', '--threshold', '5', '--verbose', '--data', data]),
      start(['analyze', '--technique', 'changed', '--threshold', '5px', '--verbose', '--data', data]),
      start(['alert', '--data', data]),
    ];
    await Promise.all(stages.map((stage) => stage.until(/broker/)));
    await to('receive', '--count', '8');
    await Promise.all([stages[0], stages[1]].map((stage) => stage?.until(/image default\/8: /)));
    await stages[2]?.until(/^alert 4:/m);
    for (const stage of stages) stage.child.kill('SIGTERM');
    expect((await Promise.all(stages.map(({ ended }) => ended))).map(({ status }) => status)).toEqual([0, 0, 0]);
    expect(await json('status', '--check')).toMatchObject({
      images: 8,
      analyzed: 8,
      events: 4,
      alerts: 4,
      balanced: true,
    });
    const refused = await to('analyze', '--threshold', '5%');
    expect(refused).toMatchObject({
      status: 2,
      stderr: expect.stringContaining(
        'imgpipe: threshold: 5% is not valid for the technique l2, whose unit is levels: use a plain number\n',
      ),
    });
  });
});
