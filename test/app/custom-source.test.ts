import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  createPipeline,
  type ImageSource,
  ImgpipeError,
  type PipelineInput,
  type PipelineOptions,
  type ReportLine,
  type SourceItem,
  type SourcePicture,
} from '../../src/index.ts';
import { captured } from '../fixtures/captured/captured.ts';
import { png } from '../support/pictures.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

async function opened(options: PipelineOptions = {}) {
  const pipeline = await createPipeline({ data: path.join(temporaryFolder(), 'data'), workers: 0, ...options });
  onTestFinished(() => pipeline.close());
  const reports: ReportLine[] = [];
  return { pipeline, reports, onReport: (line: ReportLine) => void reports.push(line) };
}

async function* picturesOf(...pictures: readonly SourcePicture[]): AsyncGenerator<SourcePicture> {
  yield* pictures;
}

function sourceOf(...batches: readonly (readonly SourceItem[])[]): ImageSource {
  return {
    expected: undefined,
    async *pictures() {
      yield* batches;
    },
  };
}

const picture = (red: number, origin = `camera/${red}`) => ({ bytes: png([red, 0, 0]), origin });

describe("a program's source", () => {
  it('may be an async iterable of pictures', async () => {
    const { pipeline, reports, onReport } = await opened();
    const received = await pipeline.receive(picturesOf(picture(1), picture(2)), { onReport });
    expect(received).toEqual({ images: 2, first: 1, last: 2, skipped: 0, rejected: 0 });
    expect(reports).toMatchObject([
      { type: 'image', image: 1, origin: 'camera/1' },
      { type: 'image', image: 2, origin: 'camera/2' },
    ]);
  });

  it("may be an ImageSource, which receives the stream's last number and picture", async () => {
    const { pipeline } = await opened();
    await pipeline.receive(picturesOf(picture(1)));
    let position: unknown;
    const source: ImageSource = {
      expected: 1,
      async *pictures({ lastNumber, lastPicture }) {
        position = [lastNumber, Buffer.from((await lastPicture()) ?? [])];
        yield [{ kind: 'picture', ...picture(2) }];
      },
    };
    expect(await pipeline.run(source)).toMatchObject({ images: 1, first: 2, events: 1, alerts: 1, dead_letters: 0 });
    expect(position).toEqual([1, picture(1).bytes]);
  });

  it('may reject pictures, and those of no known format or over max_file_megabytes are rejected', async () => {
    const { pipeline, reports, onReport } = await opened({ maxFileMegabytes: 0.001 });
    const items: SourceItem[] = [
      { kind: 'rejected', origin: 'a', error: new ImgpipeError('file_unreadable', 'the camera is off') },
      { kind: 'picture', origin: 'b', bytes: Buffer.from('text') },
      { kind: 'picture', origin: 'c', bytes: Buffer.alloc(1001) },
      { kind: 'picture', ...picture(1) },
    ];
    const received = await pipeline.receive(sourceOf([], items), { onReport });
    expect(received).toEqual({ images: 1, first: 1, last: 1, skipped: 0, rejected: 3 });
    expect(reports.filter(({ type }) => type === 'rejected')).toMatchObject([
      { origin: 'a', error: { code: 'file_unreadable', message: 'the camera is off' } },
      { origin: 'b', error: { code: 'not_a_picture' } },
      {
        origin: 'c',
        error: { code: 'file_too_big', message: 'it has 0.001001 MB, over the limit of 0.001 (max_file_megabytes)' },
      },
    ]);
  });

  it('skips pictures with onlyIfNew that the stream has from this origin', async () => {
    const { pipeline, reports, onReport } = await opened();
    const same = { ...picture(1, 'camera'), onlyIfNew: true };
    const received = await pipeline.receive(picturesOf(same, same, { ...same, ...picture(2, 'camera') }), { onReport });
    expect(received).toMatchObject({ images: 2, skipped: 1 });
    expect(reports).toContainEqual({ type: 'skipped', origin: 'camera', image: 1 });
  });

  it('may say when a picture was captured, which counts more than its EXIF data', async () => {
    const { pipeline, reports, onReport } = await opened();
    const dated = captured().find(({ name }) => name === 'all, big-endian')?.bytes ?? Buffer.of();
    const capturedAt = new Date('2026-05-06T07:08:09.010Z');
    const ofAnotherRealm = runInNewContext("new Date('2026-05-06T07:08:10Z')") as Date;
    await pipeline.receive(
      picturesOf(
        { ...picture(1), capturedAt },
        { bytes: dated, origin: 'camera', capturedAt },
        { bytes: dated, origin: 'camera' },
        { ...picture(2), capturedAt: ofAnotherRealm },
      ),
      { onReport },
    );
    expect(reports).toMatchObject([
      { captured_at: '2026-05-06T07:08:09.010Z', capture: { time_from: 'source', model: null } },
      { captured_at: '2026-05-06T07:08:09.010Z', capture: { time_from: 'source', model: 'NIKON D750' } },
      { captured_at: '2026-11-27T08:47:42.250Z', capture: { time_from: 'exif' } },
      { captured_at: '2026-05-06T07:08:10.000Z' },
    ]);
  });

  it('may reuse its buffer once the next picture is requested', async () => {
    const { pipeline } = await opened();
    const buffer = Buffer.alloc(png([0, 0, 0]).length);
    async function* frames() {
      for (const red of [1, 2, 3, 4]) {
        png([red, 0, 0]).copy(buffer);
        yield { bytes: buffer, origin: 'camera' };
        await nextTurn();
      }
    }
    await pipeline.receive(frames());
    expect(await pipeline.status({ check: true })).toMatchObject({ images: 4, faults: [] });
    await pipeline.analyze({ drain: true });
    expect((await pipeline.status()).techniques).toMatchObject([{ outcomes: { first: 1, changed: 3 } }]);
  });

  it('is abandoned after a call of return() when the signal aborts while it hangs', async () => {
    const { pipeline } = await opened();
    const stop = new AbortController();
    let returned = false;
    const hanging: AsyncIterable<SourcePicture> = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<never>(() => setImmediate(() => stop.abort())),
        return: async () => {
          returned = true;
          return { done: true, value: undefined };
        },
      }),
    };
    expect(await pipeline.receive(hanging, { signal: stop.signal })).toMatchObject({ images: 0 });
    expect(returned).toBe(true);
  });

  it('ends receive with the error that it throws, after the earlier pictures are received', async () => {
    const { pipeline } = await opened();
    const broken = new Error('the camera is disconnected');
    async function* pictures() {
      yield picture(1);
      throw broken;
    }
    await expect(pipeline.receive(pictures())).rejects.toBe(broken);
    expect(await pipeline.status({ check: true })).toMatchObject({ images: 1, unpublished: 0, faults: [] });
    expect(await pipeline.receive(picturesOf(picture(2)))).toMatchObject({ first: 2 });
  });

  it.each<[string, unknown, string]>([
    [
      'a picture is a Buffer',
      picturesOf(png([1, 1, 1]) as never),
      'a picture of the source: a Buffer is not valid: use { bytes, origin }',
    ],
    [
      'bytes are text',
      picturesOf({ bytes: 'x', origin: 'a' } as never),
      'bytes of a picture: "x" is not valid: use a Uint8Array or a Buffer',
    ],
    [
      'the origin is missing',
      picturesOf({ bytes: png([1, 1, 1]) } as never),
      'origin of a picture: undefined is not valid: use where it came from, such as a URL',
    ],
    [
      'a time of capture is text',
      picturesOf({ ...picture(1), capturedAt: '2026-05-06' } as never),
      'capturedAt of a picture: "2026-05-06" is not valid: use a Date of the years 1000 to 9999, or leave it out',
    ],
    [
      'a time of capture is no time',
      picturesOf({ ...picture(1), capturedAt: new Date(Number.NaN) }),
      'capturedAt of a picture: an object is not valid: use a Date of the years 1000 to 9999, or leave it out',
    ],
    [
      'a time of capture has no year of four digits',
      picturesOf({ ...picture(1), capturedAt: new Date(8.64e15) }),
      'capturedAt of a picture: an object is not valid: use a Date of the years 1000 to 9999, or leave it out',
    ],
    [
      'a time of capture only looks like one',
      picturesOf({ ...picture(1), capturedAt: Object.create(Date.prototype) }),
      'capturedAt of a picture: an object is not valid: use a Date of the years 1000 to 9999, or leave it out',
    ],
    [
      'a batch is not a list',
      sourceOf(picture(1) as never),
      'an item of the source: an object is not valid: use a list of pictures',
    ],
    [
      'a batch holds null',
      sourceOf([null as never]),
      'a picture of the source: null is not valid: use { bytes, origin }',
    ],
    [
      'a kind is unknown',
      sourceOf([{ kind: 'video', origin: 'a' } as never]),
      `kind of a picture: "video" is not valid: use 'picture' or 'rejected'`,
    ],
    [
      'a rejection has no error',
      sourceOf([{ kind: 'rejected', origin: 'a' } as never]),
      `error of a rejected picture: undefined is not valid: use an ImgpipeError, such as one with code 'file_unreadable'`,
    ],
    [
      'pictures() returns a list',
      { pictures: () => [] },
      'pictures() of the source: an empty array is not valid: use an async iterable of lists',
    ],
  ])('is refused if %s', async (_, source, message) => {
    const { pipeline } = await opened();
    await expect(pipeline.receive(source as PipelineInput)).rejects.toMatchObject({ code: 'usage', message });
  });
});
