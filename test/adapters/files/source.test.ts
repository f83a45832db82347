import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFileSource } from '../../../src/adapters/files/source.ts';
import type { FilesNotTaken } from '../../../src/domain/reports.ts';
import type { ImageSource, SourceItem } from '../../../src/ports/image-source.ts';
import { imageSourceContract } from '../../contracts/image-source.ts';
import { startProgram } from '../../support/imgpipe.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const START = { lastNumber: 0, lastPicture: async () => undefined };

/** Writes files whose content is their name. */
function write(folder: string, names: readonly string[]): string[] {
  return names.map((name) => {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, name);
    return file;
  });
}

function sourceOf(...paths: string[]): ImageSource {
  return createFileSource({ paths, maxBytes: 1000 });
}

async function itemsOf(source: ImageSource): Promise<SourceItem[]> {
  const items: SourceItem[] = [];
  for await (const some of source.pictures(START, new AbortController().signal)) items.push(...some);
  return items;
}

/** A line for each item of a source: its path, and the error if it was rejected. */
async function linesOf(folder: string, ...paths: string[]): Promise<string[]> {
  const items = await itemsOf(sourceOf(...(paths.length > 0 ? paths : [folder])));
  return items.map((item) => {
    const from = path.relative(folder, item.origin);
    return item.kind === 'picture' ? from : `${from}: ${item.error.code}: ${item.error.message}`;
  });
}

describe('the file source', () => {
  imageSourceContract({
    good: async (count) => {
      const folder = temporaryFolder();
      const names = Array.from({ length: count }, (_, index) => `${index}.jpg`);
      write(folder, names);
      return { source: sourceOf(folder), expected: names.map((name) => Buffer.from(name)) };
    },
    bad: async () => {
      const files = write(temporaryFolder(), ['1.jpg', '3.jpg']);
      return sourceOf(files[0] ?? '', path.join(path.dirname(files[0] ?? ''), '2.jpg'), files[1] ?? '');
    },
  });

  it('reads a folder and its sub-folders in natural order: 9 before 10', async () => {
    const folder = temporaryFolder();
    write(folder, ['10.jpg', '9.jpg', '1.png', 'a10.jpg', 'a9.jpg', 'A9.jpg', '2/10.JPG', '2/9.jpeg', '010.jpg']);
    expect(await linesOf(folder)).toEqual([
      '1.png',
      '2/9.jpeg',
      '2/10.JPG',
      '9.jpg',
      '010.jpg',
      '10.jpg',
      'a9.jpg',
      'A9.jpg',
      'a10.jpg',
    ]);
  });

  it('reads the paths in their order, and a file regardless of its name', async () => {
    const folder = temporaryFolder();
    const [late = '', odd = '', early = ''] = write(folder, ['9.jpg', 'picture', '1.jpg']);
    expect(await linesOf(folder, late, odd, early, late)).toEqual(['9.jpg', 'picture', '1.jpg', '9.jpg']);
  });

  it('skips names that start with a dot or do not end like a picture’s', async () => {
    const folder = temporaryFolder();
    write(folder, ['.hidden.jpg', '.folder/a.jpg', 'notes.txt', 'jpg', 'a.jpg.part', 'a.jpg']);
    expect(await linesOf(folder)).toEqual(['a.jpg']);
  });

  it.each(['jpg', 'JPEG', 'jpe', 'jfif', 'png', 'WebP', 'gif', 'bmp', 'tif', 'tiff'])('takes .%s', async (ending) => {
    const folder = temporaryFolder();
    write(folder, [`a.${ending}`, 'b.jp2', 'c.heic', 'd.svg', 'e.tifff']);
    expect(await linesOf(folder)).toEqual([`a.${ending}`]);
  });

  describe('counts what a folder holds and is not taken', () => {
    async function notTaken(...paths: string[]): Promise<FilesNotTaken[]> {
      const counts: FilesNotTaken[] = [];
      await itemsOf(createFileSource({ paths, maxBytes: 1000, onNotTaken: (files) => counts.push(files) }));
      return counts;
    }

    it('by ending, whatever its case, and in all sub-folders', async () => {
      const folder = temporaryFolder();
      write(folder, ['a.jpg', 'a.txt', 'b.TXT', 'x/c.txt', 'x/y/d.mp4', 'README', 'x.jpg.part', 'no ending. here']);
      symlinkSync('a.txt', path.join(folder, 'link.txt'));
      expect(await notTaken(folder)).toEqual([
        {
          kind: 'not_taken',
          folder,
          files: 8,
          endings: [
            { ending: '.txt', files: 4 },
            { ending: '', files: 2 },
            { ending: '.mp4', files: 1 },
            { ending: '.part', files: 1 },
          ],
        },
      ]);
    });

    it('for each folder that was given, and not hidden files or what was named', async () => {
      const [first, second, third] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
      const [text = ''] = write(first, ['a.txt', '.b.txt', '.git/c']);
      write(second, ['b.jpg', '.DS_Store']);
      write(third, ['c.log']);
      const counts = await notTaken(first, second, text, third);
      expect(counts.map(({ folder, files }) => [folder, files])).toEqual([
        [first, 1],
        [third, 1],
      ]);
    });

    it('in bounded space: the ten most frequent of at most a thousand endings', async () => {
      const folder = temporaryFolder();
      write(
        folder,
        Array.from({ length: 1100 }, (_, index) => `x.e${index}`),
      );
      write(folder, ['1.e7', '2.e7']);
      const [counts] = await notTaken(folder);
      expect(counts?.files).toBe(1102);
      expect(counts?.endings).toHaveLength(10);
      expect(counts?.endings[0]).toEqual({ ending: '.e7', files: 3 });
    });
  });

  it('accepts any file name', async () => {
    const folder = temporaryFolder();
    const names = [
      '-rf.jpg',
      ' a  b .jpg',
      '\'"`$.jpg',
      'line\nbreak.jpg',
      '\x1b[31mred.jpg',
      '📷.jpg',
      'a\\b.jpg',
      '%00.jpg',
    ];
    write(folder, names);
    expect((await linesOf(folder)).sort()).toEqual([...names].sort());
  });

  it('yields nothing of an empty folder', async () => {
    expect(await linesOf(temporaryFolder())).toEqual([]);
  });

  it('reads a folder that is named like a picture', async () => {
    const folder = temporaryFolder();
    write(folder, ['x.jpg/inside.png', 'y.jpg']);
    expect(await linesOf(folder)).toEqual(['x.jpg/inside.png', 'y.jpg']);
  });

  it.runIf(process.platform === 'linux')('reads a file whose size is not known before, up to the limit', async () => {
    // The kernel's files have a size of 0, and their content.
    const read = async (maxBytes: number) =>
      (await itemsOf(createFileSource({ paths: ['/proc/version'], maxBytes })))[0];
    expect(await read(1e6)).toMatchObject({ kind: 'picture', bytes: readFileSync('/proc/version') });
    expect(await read(10)).toMatchObject({ kind: 'rejected', error: { code: 'file_too_big' } });
  });

  it('never waits for the writer of a pipe', async () => {
    const folder = temporaryFolder();
    write(folder, ['a.jpg', 'z.jpg']);
    execFileSync('mkfifo', [path.join(folder, 'm.jpg')]);
    const pipe = 'm.jpg: file_unreadable: not a regular file';
    expect(await linesOf(folder)).toEqual(['a.jpg', pipe, 'z.jpg']);
    expect(await linesOf(folder, path.join(folder, 'm.jpg'))).toEqual([pipe]);
  });

  it('follows symbolic links, and visits no folder twice', async () => {
    const folder = temporaryFolder();
    write(folder, ['pictures/a.jpg']);
    symlinkSync('../pictures', path.join(folder, 'pictures/again'));
    symlinkSync('a.jpg', path.join(folder, 'pictures/b.jpg'));
    symlinkSync('c.jpg', path.join(folder, 'pictures/c.jpg'));
    symlinkSync('nowhere', path.join(folder, 'pictures/d.jpg'));
    expect(await linesOf(folder, path.join(folder, 'pictures'))).toEqual([
      'pictures/a.jpg',
      'pictures/b.jpg',
      'pictures/c.jpg: file_unreadable: too many levels of symbolic links (ELOOP)',
      'pictures/d.jpg: file_unreadable: no such file or folder (ENOENT)',
    ]);
  });

  it('rejects a file that is removed after the listing, and continues', async () => {
    const folder = temporaryFolder();
    const names = Array.from({ length: 400 }, (_, index) => `${index + 1}.jpg`);
    const files = write(folder, names);
    const lines: string[] = [];
    for await (const items of sourceOf(folder).pictures(START, new AbortController().signal)) {
      for (const item of items) lines.push(item.kind === 'picture' ? path.basename(item.origin) : item.error.message);
      rmSync(files[398] ?? '', { force: true });
    }
    expect(lines).toEqual([...names.slice(0, 398), 'no such file or folder (ENOENT)', '400.jpg']);
  });

  it('rejects a file over the size limit unread, and accepts one at the limit', async () => {
    const folder = temporaryFolder();
    const [big = '', huge = '', largest = ''] = write(folder, ['1.jpg', '2.jpg', '3.jpg']);
    truncateSync(big, 1001);
    truncateSync(huge, 2 ** 40);
    truncateSync(largest, 1000);
    expect(await linesOf(folder)).toEqual([
      '1.jpg: file_too_big: its size of 0.001001 MB exceeds the limit of 0.001 MB (max_file_megabytes)',
      '2.jpg: file_too_big: its size of 1099511.627776 MB exceeds the limit of 0.001 MB (max_file_megabytes)',
      '3.jpg',
    ]);
  });

  it.skipIf(process.platform !== 'linux')('rejects a name that is not UTF-8, and continues', async () => {
    const folder = temporaryFolder();
    write(folder, ['a.jpg', 'z.jpg']);
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/m`), Buffer.of(0xff), Buffer.from('.jpg')]), '');
    mkdirSync(Buffer.concat([Buffer.from(`${folder}/n`), Buffer.of(0xff)]));
    expect(await linesOf(folder)).toEqual([
      'a.jpg',
      'm\ufffd.jpg: file_unreadable: its name is not UTF-8: rename it',
      expect.stringMatching(/^n\ufffd: file_unreadable: /),
      'z.jpg',
    ]);
  });

  it('rejects a path that does not exist or has a file as its folder', async () => {
    const folder = temporaryFolder();
    const [file = ''] = write(folder, ['a.jpg']);
    expect(await linesOf(folder, path.join(folder, 'b.jpg'), path.join(file, 'c.jpg'), file)).toEqual([
      'b.jpg: file_unreadable: no such file or folder (ENOENT)',
      'a.jpg/c.jpg: file_unreadable: a part of its path is not a folder (ENOTDIR)',
      'a.jpg',
    ]);
  });

  describe.skipIf(process.getuid?.() !== 0)(
    'for a user without permission (skipped unless the tests run as root)',
    () => {
      it('rejects the files and folders that this user may not read, and yields the rest', async () => {
        const folder = temporaryFolder();
        write(folder, ['a.jpg', 'b.jpg', 'c/d.jpg', 'e.jpg']);
        execFileSync('chmod', ['755', folder]);
        execFileSync('chmod', ['700', path.join(folder, 'b.jpg'), path.join(folder, 'c')]);
        const { stdout, stderr } = await startProgram('../support/programs/list-source.ts', [folder, '65534']).ended;
        expect(stderr).toBe('');
        expect(JSON.parse(stdout)).toEqual([
          'a.jpg',
          'b.jpg: file_unreadable: permission denied (EACCES)',
          'c: file_unreadable: permission denied (EACCES)',
          'e.jpg',
        ]);
      });
    },
  );
});
