import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { PNG } from 'pngjs';
import { describe, expect, test } from 'vitest';
import { compareFiles } from '../../src/index.ts';
import { imgpipe } from '../support/imgpipe.ts';
import { cutPng, png } from '../support/pictures.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Two pictures that differ by 3, 4 and 0 in their first pixel, others of all kinds, and masks. */
function files() {
  const folder = temporaryFolder();
  const file = (name: string, bytes: Uint8Array | string) => {
    const at = path.join(folder, name);
    writeFileSync(at, bytes);
    return at;
  };
  return {
    grey: file('grey.png', png([100, 100, 100])),
    pixel: file('pixel.png', png([100, 100, 100], { first: [103, 96, 100] })),
    wide: file('wide.png', png([100, 100, 100], { width: 8 })),
    cut: file('cut.png', cutPng()),
    text: file('text.png', 'no picture'),
    firstHidden: file('mask.png', png([255, 255, 255], { first: [0, 0, 0] })),
    allHidden: file('black.png', png([0, 0, 0])),
    missing: path.join(folder, 'missing.png'),
    out: path.join(folder, 'out.jpg'),
  };
}

describe('two pictures compared without a pipeline', () => {
  test('exit 0 if they are the same, or differ by no more than the threshold', async () => {
    const { grey, pixel } = files();
    expect(await imgpipe(['compare', grey, grey])).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^no difference \(l2@2\)\n/),
      stderr: '',
    });
    expect(await imgpipe(['compare', grey, pixel, '--threshold', '5'])).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(
        /^not above the threshold: the pictures differ by 5 levels \(l2@2\), threshold 5\n/,
      ),
    });
  });

  test('exit 1 if they differ, or their sizes do, and write the difference image', async () => {
    const { grey, pixel, wide, out } = files();
    const differing = await imgpipe(['compare', grey, pixel, '--out', out]);
    expect(differing).toMatchObject({ status: 1, stderr: '' });
    expect(differing.stdout.split('\n')).toEqual([
      'the pictures differ by 5 levels (l2@2), threshold 0',
      `Before:          ${grey}, 4 × 4`,
      `After:           ${pixel}, 4 × 4`,
      `Difference:      ${out}`,
      '',
    ]);
    expect([...readFileSync(out).subarray(0, 3)]).toEqual([0xff, 0xd8, 0xff]);
    expect(await imgpipe(['compare', grey, wide])).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(/^the sizes differ: 8 × 4, before 4 × 4\n/),
    });
  });

  test('says what is odd about a file', async () => {
    const odd = (name: string) => fileURLToPath(new URL(`../fixtures/odd-pictures/${name}.jpg`, import.meta.url));
    const { stdout, status } = await imgpipe(['compare', odd('no-eoi.a'), odd('no-eoi.b')]);
    expect(status).toBe(1);
    expect(stdout).toContain('Note:            the second file is odd: the end marker (EOI) is missing\n');
    const json = await imgpipe(['compare', odd('plain.a'), odd('no-eoi.b'), '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      reference: { notes: [] },
      image: { notes: ['the end marker (EOI) is missing'] },
    });
  });

  test('compares what is whole of damaged pictures if it is told to', async () => {
    const odd = (name: string) => fileURLToPath(new URL(`../fixtures/odd-pictures/${name}.jpg`, import.meta.url));
    const files = [odd('non-interleaved.a'), odd('non-interleaved-cr-missing.a')];
    const refused = await imgpipe(['compare', ...files]);
    expect(refused).toMatchObject({ status: 2, stderr: expect.stringContaining('the scan of Cr is missing') });
    const compared = await imgpipe(['compare', ...files, '--damaged-pictures', 'compare_whole']);
    expect(compared).toMatchObject({ status: 0, stdout: expect.stringContaining('the scan of Cr is missing') });
  });

  test('lay transparent pictures over the background', async () => {
    const [a, b] = ['a', 'b'].map((which) =>
      path.join(import.meta.dirname, `../fixtures/odd-pictures/png-alpha-of-white.${which}.png`),
    );
    expect(await imgpipe(['compare', `${a}`, `${b}`])).toMatchObject({ status: 0 });
    expect(await imgpipe(['compare', `${a}`, `${b}`, '--background', '#000000'])).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(/^the pictures differ by 6096 levels/),
    });
  });

  test('write the difference image in the format that its name asks for', async () => {
    const { grey, pixel, wide, out } = files();
    const firstBytes = async (name: string, other = pixel) => {
      const file = path.join(path.dirname(out), name);
      expect(await imgpipe(['compare', grey, other, '--out', file])).toMatchObject({ status: 1, stderr: '' });
      return readFileSync(file);
    };
    expect((await firstBytes('a.JPEG')).subarray(0, 3).toString('hex')).toBe('ffd8ff');
    // Without loss: D is 3, -4 and 0 in the first pixel and 0 elsewhere, so 0 becomes 4 / 7 * 255.
    const { data } = PNG.sync.read(await firstBytes('a.png'));
    expect([...data.subarray(0, 8)]).toEqual([255, 0, 145, 255, 145, 145, 145, 255]);
    const sizes = PNG.sync.read(await firstBytes('sizes.PNG', wide));
    expect([sizes.width, sizes.height]).toEqual([8, 4]);
  });

  test('are never overwritten by the difference image, under whatever name', async () => {
    const { grey, pixel, firstHidden } = files();
    const at = (name: string) => path.join(path.dirname(grey), name);
    symlinkSync(grey, at('link.png'));
    linkSync(pixel, at('hard.jpg'));
    const before = [grey, pixel, firstHidden].map((file) => readFileSync(file));
    const relative = path.relative(process.cwd(), grey);
    const refused = [
      [grey, grey],
      [pixel, pixel],
      [relative, grey],
      [at('link.png'), grey],
      [at('hard.jpg'), pixel],
      [firstHidden, firstHidden],
    ] as const;
    const ends = await Promise.all(
      refused.map(([out]) => imgpipe(['compare', grey, pixel, '--mask', firstHidden, '--out', out])),
    );
    expect(ends.map(({ status, stdout }) => ({ status, stdout }))).toEqual(
      refused.map(() => ({ status: 2, stdout: '' })),
    );
    expect(ends.map(({ stderr }) => stderr)).toEqual(
      refused.map(
        ([out, input]) =>
          `imgpipe: --out: ${out} is the same file as ${input}, which would be overwritten: choose another file\n`,
      ),
    );
    expect([grey, pixel, firstHidden].map((file) => readFileSync(file))).toEqual(before);
  });

  test('are not even read if the output has an ending that is not written, or is no file', async () => {
    const { grey, missing } = files();
    const at = (name: string) => path.join(path.dirname(grey), name);
    execFileSync('mkfifo', [at('pipe.jpg')]);
    mkdirSync(at('folder.png'));
    const endings = ['out', 'out.webp', 'out.png.tmp', '.png'].map((name) => [
      at(name),
      'names no format that is written: use an ending of .png, .jpg or .jpeg',
    ]);
    const noFiles = ['pipe.jpg', 'folder.png'].map((name) => [
      at(name),
      'is a folder, a pipe or a device: choose another file',
    ]);
    await Promise.all(
      [...endings, ...noFiles].map(async ([out = '', why]) => {
        const end = await imgpipe(['compare', grey, missing, '--out', out]);
        expect(end).toMatchObject({ status: 2, stderr: `imgpipe: --out: ${out} ${why}\n` });
      }),
    );
    expect(await imgpipe(['compare', grey, at('pipe.jpg')])).toMatchObject({
      status: 2,
      stderr: `imgpipe: ${at('pipe.jpg')} cannot be read: not a regular file\n`,
    });
  });

  test('exit 2 if one cannot be compared, and 3 if it does not exist', async () => {
    const { grey, cut, text, missing, out } = files();
    const ends = await Promise.all([
      imgpipe(['compare', grey, cut]),
      imgpipe(['compare', text, grey]),
      imgpipe(['compare', grey, path.dirname(grey)]),
      imgpipe(['compare', grey, missing]),
      imgpipe(['compare', grey]),
      imgpipe(['compare', grey, text, '--threshold', '5px']),
      imgpipe(['compare', grey, files().pixel, '--out', path.join(out, 'no', 'folder.jpg')]),
    ]);
    expect(ends.map(({ status }) => status)).toEqual([2, 2, 2, 3, 2, 2, 2]);
    expect(ends.map(({ stdout }) => stdout).join('')).toBe('');
    expect(ends.map(({ stderr }) => stderr)).toEqual([
      `imgpipe: ${cut}: the PNG is cut short after 75 % of the rows\n`,
      `imgpipe: ${text}: it is text, not a picture, whatever its name says: check its source\n`,
      `imgpipe: ${path.dirname(grey)} cannot be read: not a regular file\n`,
      `imgpipe: ${missing} does not exist\n`,
      "imgpipe: missing required argument 'after': see 'imgpipe compare --help'\n",
      'imgpipe: threshold: 5px is not valid for the technique l2, whose unit is levels: use a plain number\n',
      `imgpipe: --out: cannot write ${path.join(out, 'no', 'folder.jpg')} (ENOENT): choose another file\n`,
    ]);
  });

  test('are compared through a mask', async () => {
    const { grey, pixel, wide, firstHidden, allHidden, missing } = files();
    expect(await imgpipe(['compare', grey, pixel, '--mask', firstHidden])).toMatchObject({ status: 0 });
    const ends = await Promise.all([
      imgpipe(['compare', wide, files().wide, '--mask', firstHidden, '--threshold', '1']),
      imgpipe(['compare', wide, grey, '--mask', allHidden]),
      imgpipe(['compare', grey, pixel, '--mask', missing]),
    ]);
    expect(ends.map(({ status }) => status)).toEqual([0, 2, 2]);
    expect(ends.slice(1).map(({ stderr }) => stderr)).toEqual([
      `imgpipe: mask: ${allHidden} is not a valid mask: it is all black, which masks out every pixel\n`,
      `imgpipe: mask: ${missing} does not exist\n`,
    ]);
  });

  test('that differ in size from the mask are an error', async () => {
    const { wide, firstHidden } = files();
    const other = path.join(path.dirname(wide), 'other.png');
    writeFileSync(other, png([1, 1, 1], { width: 8 }));
    expect(await imgpipe(['compare', wide, other, '--mask', firstHidden])).toMatchObject({
      status: 2,
      stderr: 'imgpipe: the mask is 4 × 4 and the picture 8 × 4: provide a mask of the same size as the picture\n',
    });
  });

  test('are compared by regions, with the position and size of each', async () => {
    const { out } = files();
    const [before, after] = ['before.png', 'after.png'].map((name) => path.join(path.dirname(out), name)) as [
      string,
      string,
    ];
    const size = { width: 40, height: 40 };
    writeFileSync(before, png([100, 100, 100], size));
    writeFileSync(
      after,
      png([100, 100, 100], { ...size, box: { x: 16, y: 8, width: 8, height: 8, colour: [190, 190, 190] } }),
    );
    const compared = await imgpipe(['compare', before, after, '--technique', 'changed', '--threshold', '5%']);
    expect(compared.status).toBe(1);
    expect(compared.stdout.split('\n').filter((line) => !/^(Before|After)/.test(line))).toEqual([
      'the pictures differ by 100 px (changed@2), threshold 5%',
      'Regions:         1',
      '    1. 10 × 10 at 15, 7; centroid 19.50, 11.50; area 100 px; sum 5760.00; peak 90.00; SNR 576.00',
      '',
    ]);
    // 100 of 1,600 pixels are 6.25 per cent.
    const of = (threshold: string) =>
      imgpipe(['compare', before, after, '--technique', 'changed', '--threshold', threshold]);
    expect((await Promise.all(['6.24%', '6.25%', '99px', '100px'].map(of))).map(({ status }) => status)).toEqual([
      1, 0, 1, 0,
    ]);
  });

  test('can be compared by a program', async () => {
    const { grey, pixel, missing } = files();
    expect(await compareFiles(grey, pixel, { workers: 0 })).toMatchObject({
      outcome: 'changed',
      measurement: 5,
      technique: 'l2@2',
      threshold: 0,
      threshold_unit: 'levels',
      difference_image: expect.any(Uint8Array),
    });
    await expect(compareFiles(grey, missing)).rejects.toMatchObject({ code: 'not_found' });
    await expect(compareFiles(grey, pixel, { threshold: '1%' })).rejects.toMatchObject({ code: 'config_invalid' });
  });
});
