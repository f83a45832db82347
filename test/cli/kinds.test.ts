import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { imgpipe } from '../support/imgpipe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const FIXTURES = path.join(import.meta.dirname, '../fixtures');
const WEBP = path.join(FIXTURES, 'odd-pictures/webp-named-jpg');
const KINDS = path.join(FIXTURES, 'kinds');

/** A folder with copies of fixtures, and files with the given contents. */
function folderOf(copies: Readonly<Record<string, string>>, texts: Readonly<Record<string, string>> = {}): string {
  const folder = temporaryFolder();
  for (const [name, from] of Object.entries(copies)) copyFileSync(from, path.join(folder, name));
  for (const [name, text] of Object.entries(texts)) writeFileSync(path.join(folder, name), text, 'latin1');
  return folder;
}

describe('pictures of other kinds than JPEG and PNG', () => {
  it('are compared as what they are, whatever their names say', async () => {
    const { status, stdout } = await imgpipe(['compare', `${WEBP}.a.jpg`, `${WEBP}.b.jpg`, '--json']);
    expect(status).toBe(1);
    const { measurement } = JSON.parse(stdout) as { measurement: number };
    // As Pillow decodes them; decoders of WebP upsample in two ways.
    expect(Math.abs(measurement / 5564.2 - 1)).toBeLessThan(0.01);
  });

  it('are received, compared and viewed, each with its own ending', async () => {
    const folder = folderOf({
      '1.jpg': path.join(KINDS, 'lossless.webp'),
      '2.TIF': path.join(KINDS, 'rgb-tiff_lzw.tiff'),
      '3.bmp': path.join(KINDS, 'rgb.bmp'),
      '4.gif': path.join(KINDS, 'palette.gif'),
      '5.jfif': path.join(FIXTURES, 'pictures/grey.jpg'),
    });
    const data = path.join(temporaryFolder(), 'data');
    const run = await imgpipe(['run', folder, '--data', data]);
    expect(run.status).toBe(0);
    expect(readdirSync(path.join(data, 'image_database'))).toEqual([
      '00001.webp',
      '00002.tiff',
      '00003.bmp',
      '00004.gif',
      '00005.jpg',
    ]);
    // The same picture three times without loss, and then with 200 colours.
    expect(run.stdout.match(/^event .*$/gm)).toEqual([
      expect.stringMatching(/^event 1: image default\/4 differs from image default\/3 by /),
      'event 2: image default/5 differs in size from image default/4',
    ]);
    const view = await imgpipe(['view', '1', '--data', data, '--json']);
    expect(JSON.parse(view.stdout)).toMatchObject({
      image: { path: path.join(data, 'image_database/00004.gif') },
    });
    const status = await imgpipe(['status', '--check', '--json', '--data', data]);
    expect(JSON.parse(status.stdout)).toMatchObject({ analyzed: 5, dead_letters: 0, balanced: true });
  });

  it('that are not read are rejected by kind, and what is not taken is counted in one line', async () => {
    const folder = folderOf(
      { 'a.webp': path.join(KINDS, 'lossless.webp') },
      { 'b.jpg': '\0\0\0\x18ftypheic', 'c.png': '<!DOCTYPE html><title>401', 'd.txt': '', 'e.TXT': '', 'f.mp4': '' },
    );
    const { status, stderr } = await imgpipe(['receive', '.', '--data', path.join(temporaryFolder(), 'data')], {
      cwd: folder,
    });
    expect(status).toBe(1);
    expect(stderr.split('\n').filter((line) => /not received|not taken/.test(line))).toEqual([
      '3 files of . were not taken: 2 .txt, 1 .mp4',
      `imgpipe: ${folder}/b.jpg was not received: it is HEIC, which imgpipe does not read: have its source write JPEG or PNG, or convert it (undecodable)`,
      `imgpipe: ${folder}/c.png was not received: it is a web page (HTML), not a picture, whatever its name says: check its source (not_a_picture)`,
      'imgpipe: 2 files not received',
    ]);
  });

  it('may be masks, and are stored as PNG', async () => {
    const data = path.join(temporaryFolder(), 'data');
    const picture = path.join(KINDS, 'rgb.bmp');
    const { status } = await imgpipe(['receive', picture, '--mask', path.join(KINDS, 'bits.bmp'), '--data', data]);
    expect(status).toBe(0);
    const masks = readdirSync(path.join(data, 'image_masks'));
    expect(masks).toHaveLength(1);
    expect(
      readFileSync(path.join(data, 'image_masks', masks[0] ?? ''))
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG');
    const pair = [path.join(KINDS, 'rgb.bmp'), path.join(KINDS, 'lossy.webp')];
    const whole = await imgpipe(['compare', ...pair, '--json']);
    const masked = await imgpipe(['compare', ...pair, '--json', '--mask', path.join(KINDS, 'bits.bmp')]);
    const measured = [whole, masked].map(({ stdout }) => (JSON.parse(stdout) as { measurement: number }).measurement);
    expect(measured[1]).toBeGreaterThan(0);
    expect(measured[1]).toBeLessThan(measured[0] ?? 0);
  });
});
