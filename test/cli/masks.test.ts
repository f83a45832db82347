import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { sha256Of } from '../../src/base/digest.ts';
import { imgpipe } from '../support/imgpipe.ts';
import { png } from '../support/pictures.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const GREY = png([100, 100, 100]);
/** Differs from GREY in its first pixel alone. */
const CLOCK = png([100, 100, 100], { first: [103, 96, 100] });
const MASK = png([255, 255, 255], { first: [0, 0, 0] });

let folder: string;
let data: string;
const file = (name: string, bytes: Uint8Array) => {
  writeFileSync(path.join(folder, name), bytes);
  return path.join(folder, name);
};
const to = (...args: string[]) => imgpipe([...args, '--data', data]);
const maskFile = () => path.join(data, 'image_masks', `${sha256Of(MASK)}.png`);

beforeEach(() => {
  folder = temporaryFolder();
  data = path.join(folder, 'data');
});

describe('a mask', () => {
  test('hides its black pixels from every technique, and is stored', async () => {
    const [grey, clock] = [file('1.png', GREY), file('2.png', CLOCK)];
    const mask = file('mask.png', MASK);
    expect(await to('run', grey, clock, '--mask', mask)).toMatchObject({
      status: 0,
      stderr: expect.stringMatching(/0 events, 0 alerts\n$/),
    });
    expect(readFileSync(maskFile()).equals(MASK)).toBe(true);
    // The same change in another stream, without a mask.
    await to('run', grey, clock, '--stream', 'bare');
    const [, bare] = (await to('view', '1', '--json')).stdout.split('"mask":');
    expect(bare).toMatch(/^null/);
    expect((await to('status', '--check')).status).toBe(0);
  });

  test('is named with the event that was found outside it', async () => {
    const other = png([90, 100, 100], { first: [103, 96, 100] });
    const mask = file('mask.png', MASK);
    const run = await to('run', file('1.png', GREY), file('2.png', other), '--mask', mask, '--json');
    const [image] = run.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(image).toMatchObject({ type: 'image', mask: sha256Of(MASK) });
    const view = JSON.parse((await to('view', '1', '--json')).stdout);
    // 15 pixels are compared: the mask hides the first one.
    expect(view).toMatchObject({
      measurement: Math.sqrt(15 * 100),
      mask: { sha256: sha256Of(MASK), path: maskFile() },
    });
    expect((await to('view', '1')).stdout).toContain(`Mask:            ${maskFile()}\n`);
    const text = readFileSync(path.join(data, 'image_event_database/image_event_001.txt'), 'utf8');
    expect(text).toContain(`Mask: ${sha256Of(MASK)}\n`);
  });

  test('that differs in size makes the image a dead letter', async () => {
    const [wide, other] = [png([1, 1, 1], { width: 9 }), png([2, 2, 2], { width: 9 })];
    const run = await to('run', file('1.png', wide), file('2.png', other), '--mask', file('mask.png', MASK));
    expect(run.status).toBe(1);
    expect(run.stderr).toMatch(
      /image default\/2 \(.*\) is now a dead letter: the mask is 4 × 4 and the picture 9 × 4: provide a mask of the same size as the picture \(mask_differs\)\n/,
    );
  });

  test('that is missing from the store is found by --check, and its images become dead letters', async () => {
    const mask = file('mask.png', MASK);
    await to('receive', file('1.png', GREY), file('2.png', CLOCK), '--mask', mask);
    rmSync(maskFile());
    const analyze = await to('analyze', '--drain');
    expect(analyze.stderr).toMatch(
      /image default\/2 .* is now a dead letter: .*, the image's mask, does not exist \(object_missing\)/,
    );
    expect(await to('status', '--check')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(`image_masks/${sha256Of(MASK)}.png: the file is missing\n`),
    });
  });

  test('is removed with the images by a clean', async () => {
    // Also one that no image was received with.
    await to('receive', '--count', '0', '--mask', file('other.png', png([255, 255, 255], { first: [9, 9, 9] })));
    await to('receive', file('1.png', GREY), '--mask', file('mask.png', MASK));
    expect((await to('clean', '--dry-run', '--json')).stdout).toMatch(/"left":\[\]/);
    expect(existsSync(maskFile())).toBe(true);
    expect((await to('clean', '--yes')).status).toBe(0);
    expect(readdirSync(path.dirname(maskFile()))).toEqual([]);
  });

  test('that is not valid is refused before anything is received', async () => {
    const grey = file('1.png', GREY);
    const text = file('text.png', Buffer.from('text'));
    const ends = [
      await to('receive', grey, '--mask', path.join(folder, 'none.png')),
      await to('receive', grey, '--mask', text),
      await to('receive', grey, '--mask', file('black.png', png([0, 0, 0]))),
      await to('receive', grey, '--mask', file('cut.png', MASK.subarray(0, 60))),
    ];
    expect(ends.map(({ status }) => status)).toEqual([2, 2, 2, 2]);
    expect(ends.map(({ stderr }) => stderr.split('\n').at(-2))).toEqual([
      `imgpipe: mask: ${path.join(folder, 'none.png')} does not exist`,
      `imgpipe: mask: ${text} is not a valid mask: it is text, not a picture, whatever its name says: check its source`,
      `imgpipe: mask: ${path.join(folder, 'black.png')} is not a valid mask: it is all black, which masks out every pixel`,
      `imgpipe: mask: ${path.join(folder, 'cut.png')} is not a valid mask: the PNG is cut short after 50 % of the rows`,
    ]);
    // Not even the data folder was made.
    expect((await to('status')).status).toBe(3);
  });
});
