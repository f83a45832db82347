import { cpSync, renameSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { imgpipe } from '../support/imgpipe.ts';
import { mountOf, whyNoMount } from '../support/read-only.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** A pipeline of eight images of which four wait for analysis, and a copy of its folder. */
async function copied() {
  const parent = temporaryFolder();
  const [data, copy] = [path.join(parent, 'data'), path.join(parent, 'copy')];
  await imgpipe(['run', '--count', '4', '--data', data]);
  await imgpipe(['receive', '--count', '4', '--data', data]);
  cpSync(data, copy, { recursive: true });
  return { data, copy };
}

const drain = ['analyze', '--drain', '--quiet'];

async function statusOf(data: string) {
  const { status, stdout } = await imgpipe(['status', '--check', '--json', '--data', data]);
  return { status, ...JSON.parse(stdout) };
}

describe('a copy of a data folder', () => {
  it('is shown, but refused to stages and clean while the original exists', async () => {
    const { data, copy } = await copied();
    for (const args of [drain, ['run', '--count', '1', '--quiet'], ['clean', '--yes', '--quiet']]) {
      const { status, stdout, stderr } = await imgpipe([...args, '--data', copy]);
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toMatch(
        /^imgpipe: data: [^\n]+copy is a copy of the pipeline in [^\n]+data, [^\n]+--as-copy[^\n]+\n$/,
      );
    }
    expect(await statusOf(copy)).toMatchObject({ images: 8, analyzed: 4 });
    expect(await statusOf(data)).toMatchObject({ images: 8, analyzed: 4 });
  });

  it('is a pipeline of its own once --as-copy was given, and both do all of their work', async () => {
    const { data, copy } = await copied();
    const first = await imgpipe(['analyze', '--drain', '--as-copy', '--data', copy]);
    expect(first).toMatchObject({ status: 0, stderr: expect.stringContaining('a pipeline of its own from now on') });
    for (const folder of [data, copy]) {
      const { status, stderr } = await imgpipe(['run', '--count', '4', '--data', folder]);
      expect({ status, told: /moved|copy of/.test(stderr) }).toEqual({ status: 0, told: false });
      await imgpipe([...drain, '--data', folder]);
      await imgpipe(['alert', '--drain', '--data', folder]);
      expect(await statusOf(folder)).toMatchObject({
        status: 0,
        images: 12,
        analyzed: 12,
        events: 3,
        alerts: 3,
        lost: 0,
      });
    }
  });

  it('can become a pipeline of its own and get its broker at once', async () => {
    const { copy } = await copied();
    const both = await imgpipe([...drain, '--as-copy', '--rebind', '--data', copy]);
    expect(both).toMatchObject({ status: 0 });
    expect(await statusOf(copy)).toMatchObject({ status: 0, images: 8, analyzed: 8 });
  });

  it('that takes the place of the original is told once, and goes on', async () => {
    const { data, copy } = await copied();
    renameSync(data, `${data}.before`);
    const [once, again] = [
      await imgpipe([...drain.slice(0, 2), '--data', copy]),
      await imgpipe([...drain.slice(0, 2), '--data', copy]),
    ];
    expect([once.status, again.status]).toEqual([0, 0]);
    expect([once, again].map(({ stderr }) => stderr.split('was moved or restored').length - 1)).toEqual([1, 0]);
    expect(await statusOf(copy)).toMatchObject({ status: 0, images: 8, analyzed: 8 });
  });
});

describe.skipIf(whyNoMount !== undefined)(`a mounted data folder${whyNoMount ? ` (${whyNoMount})` : ''}`, () => {
  it('is no copy at another path, and needs no notice', async () => {
    const { data } = await copied();
    const mounted = mountOf(data);
    for (const folder of [mounted, data, mounted]) {
      const { status, stderr } = await imgpipe(['run', '--count', '4', '--data', folder]);
      expect({ status, told: /moved|copy of/.test(stderr) }).toEqual({ status: 0, told: false });
    }
    await imgpipe([...drain, '--data', mounted]);
    await imgpipe(['alert', '--drain', '--data', data]);
    expect(await statusOf(data)).toMatchObject({ status: 0, images: 20, analyzed: 20, events: 5, alerts: 5, lost: 0 });
  });

  it('is a copy at another path if it was one', async () => {
    const { data, copy } = await copied();
    const mounted = mountOf(copy);
    expect(await imgpipe([...drain, '--data', mounted])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining(`${mounted} is a copy of the pipeline in ${data}`),
    });
  });
});
