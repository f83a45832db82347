import { describe, expect, it } from 'vitest';
import type { ImageSource, SourceItem } from '../../../src/ports/image-source.ts';
import { png } from '../../support/pictures.ts';
import { testPipeline } from '../../support/test-pipeline.ts';

const GREY = png([100, 100, 100]);
const OTHER = png([100, 100, 101]);
const TIME = new Date('2026-01-02T03:04:05.678Z');
const LATER = new Date('2026-01-02T03:04:06.000Z');

/** A folder in memory, and a receiver of the files in it: each has a path, a content and a time. */
async function folder(host = 'here') {
  const pipeline = await testPipeline();
  const files = new Map<string, { readonly bytes: Uint8Array; readonly modifiedAt: Date }>();
  const checked: string[] = [];
  const receive = (options: { host?: string } = {}) => {
    const source: ImageSource = {
      expected: undefined,
      files: {
        host: options.host ?? host,
        hasLeft: async (path, { file }) => {
          checked.push(path);
          return files.get(path)?.modifiedAt.toISOString() !== file?.modifiedAt;
        },
      },
      async *pictures() {
        yield [...files].map(([origin, file]): SourceItem => ({ kind: 'picture', origin, ...file, onlyIfNew: true }));
      },
    };
    return pipeline.receiveFrom(source);
  };
  return {
    pipeline,
    receive,
    checked,
    write: (path: string, bytes: Uint8Array, modifiedAt = TIME) => void files.set(path, { bytes, modifiedAt }),
    remove: (path: string) => void files.delete(path),
    move(from: string, to: string): void {
      const file = files.get(from);
      if (file === undefined) throw new Error(from);
      files.delete(from);
      files.set(to, file);
    },
    async paths(...numbers: number[]) {
      const rows = await pipeline.catalog.images(numbers.map((number) => ({ stream: 'default', number })));
      return rows.map((row) => row && [row.origin, row.movedTo]);
    },
  };
}

describe('a file that was moved', () => {
  it('is no new image, also when it is moved again, and back', async () => {
    const { write, move, receive, paths, pipeline } = await folder();
    write('/a', GREY);
    await receive();
    for (const [from, to] of [
      ['/a', '/b'],
      ['/b', '/c'],
      ['/c', '/a'],
    ] as const) {
      move(from, to);
      expect(await receive()).toMatchObject({ images: 0, skipped: 1 });
      expect(pipeline.reported('skipped').at(-1)).toEqual({ kind: 'skipped', origin: to, image: 1, movedFrom: from });
      expect(await paths(1)).toEqual([['/a', to === '/a' ? null : to]]);
      // It is known there now.
      expect(await receive()).toMatchObject({ images: 0, skipped: 1 });
      expect(pipeline.reported('skipped').at(-1)).toEqual({ kind: 'skipped', origin: to, image: 1 });
    }
  });

  it('is no new image in a rotation, and the file that took its place is one', async () => {
    const { write, move, receive, paths } = await folder();
    write('/a', GREY);
    await receive();
    move('/a', '/a.1');
    write('/a', OTHER, LATER);
    expect(await receive()).toMatchObject({ images: 1, skipped: 1 });
    move('/a.1', '/a.2');
    move('/a', '/a.1');
    write('/a', png([1, 2, 3]), new Date());
    expect(await receive()).toMatchObject({ images: 1, skipped: 2 });
    expect(await paths(1, 2, 3, 4)).toEqual([['/a', '/a.2'], ['/a', '/a.1'], ['/a', null], undefined]);
  });

  it('is each a known image in a folder that was renamed, though all have one content', async () => {
    const { write, move, receive, paths } = await folder();
    const numbers = Array.from({ length: 150 }, (_, index) => index);
    for (const number of numbers) write(`/old/${number}`, GREY);
    expect(await receive()).toMatchObject({ images: 150, skipped: 0 });
    for (const number of numbers) move(`/old/${number}`, `/new/${number}`);
    write('/new/more', GREY);
    expect(await receive()).toMatchObject({ images: 1, skipped: 150 });
    expect(await paths(1, 150)).toEqual([
      ['/old/0', '/new/0'],
      ['/old/149', '/new/149'],
    ]);
  });
});

describe('a file with the content of an image', () => {
  it('is a new image while the other is still there', async () => {
    const { write, receive } = await folder();
    write('/a', GREY);
    await receive();
    write('/b', GREY);
    expect(await receive()).toMatchObject({ images: 1, skipped: 1 });
  });

  it('is a new image at the path from which the other was moved', async () => {
    const { write, move, receive } = await folder();
    write('/a', GREY);
    await receive();
    move('/a', '/b');
    await receive();
    write('/a', GREY);
    expect(await receive()).toMatchObject({ images: 1, skipped: 1 });
  });

  it('is a new image if it was written at another time: it may be another frame of a black night', async () => {
    const { write, remove, receive } = await folder();
    write('/a', GREY);
    await receive();
    remove('/a');
    write('/b', GREY, LATER);
    expect(await receive()).toMatchObject({ images: 1, skipped: 0 });
  });

  it('is a new image if the other is on another machine', async () => {
    const { write, move, receive, checked } = await folder();
    write('/a', GREY);
    await receive({ host: 'there' });
    move('/a', '/b');
    expect(await receive()).toMatchObject({ images: 1, skipped: 0 });
    expect(checked).toEqual([]);
  });

  it('is one image and a new one if two such files are found, in one run or in two', async () => {
    const { write, move, receive } = await folder();
    write('/a', GREY);
    await receive();
    move('/a', '/b');
    write('/c', GREY);
    expect(await receive()).toMatchObject({ images: 1, skipped: 1 });
    write('/d', GREY);
    expect(await receive()).toMatchObject({ images: 1, skipped: 2 });
  });
});

describe('a receiver that is stopped', () => {
  it('before it has recorded a move finds it again', async () => {
    const { write, move, receive, pipeline, paths } = await folder();
    write('/a', GREY);
    await receive();
    move('/a', '/b');
    const { writeImages } = pipeline.catalog;
    Object.assign(pipeline.catalog, { writeImages: () => Promise.reject(new Error('killed')) });
    await expect(receive()).rejects.toThrow('killed');
    Object.assign(pipeline.catalog, { writeImages });
    expect(await receive()).toMatchObject({ images: 0, skipped: 1 });
    expect(await paths(1)).toEqual([['/a', '/b']]);
  });
});
