import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  type CustomTechnique,
  compareFiles,
  createPipeline,
  type PipelineOptions,
  type ReportLine,
} from '../../src/index.ts';
import { png } from '../support/pictures.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** The difference of the first pixel's red channel, in levels. */
const RED: CustomTechnique = {
  name: 'red',
  version: 2,
  unit: 'levels',
  measure: (reference, image) => ({ measurement: Math.abs(Number(image.data[0]) - Number(reference.data[0])) }),
};

function folderOf(...pictures: readonly Buffer[]): string {
  const folder = temporaryFolder();
  pictures.forEach((bytes, index) => void writeFileSync(path.join(folder, `${index}.png`), bytes));
  return folder;
}

async function analyzed(options: PipelineOptions, folder: string) {
  const pipeline = await createPipeline({ data: path.join(temporaryFolder(), 'data'), workers: 0, ...options });
  onTestFinished(() => pipeline.close());
  const { signal } = new AbortController();
  const reports: ReportLine[] = [];
  await pipeline.receive([folder], { signal });
  await pipeline.analyze({ signal, drain: true, onReport: (report) => void reports.push(report) });
  return { pipeline, reports, signal };
}

function outcomes(reports: readonly ReportLine[]) {
  return reports.flatMap((report) =>
    report.type === 'outcome' ? [[report.outcome, report.measurement, report.technique]] : [],
  );
}

describe("a program's technique", () => {
  it.each([0, 2])('measures each image, with %d workers for decoding', async (workers) => {
    // A small picture is decoded in this thread, however many workers there are.
    const size = workers === 0 ? {} : { width: 1200, height: 800 };
    const folder = folderOf(
      png([10, 0, 0], size),
      png([12, 9, 9], size),
      png([12, 0, 0], size),
      png([200, 0, 0], size),
    );
    const options = { techniques: [RED], technique: 'red', threshold: 5, workers };
    const { pipeline, reports, signal } = await analyzed(options, folder);
    expect(outcomes(reports)).toEqual([
      ['first', null, 'red@2'],
      ['unchanged', 2, 'red@2'],
      ['unchanged', 0, 'red@2'],
      ['changed', 188, 'red@2'],
    ]);
    await pipeline.alert({ signal, drain: true });
    expect(await pipeline.view(1)).toMatchObject({ technique: 'red@2', measurement: 188, regions: null });
    const { groups } = await pipeline.status({ check: true });
    expect(groups.map(({ group, lag }) => [group, lag])).toContainEqual(['image_analysis_group.red', 0]);
  });

  it('may be asynchronous, an instance of a class, and may find regions', async () => {
    const region = {
      box: { x: 1, y: 0, width: 3, height: 2 },
      centroid: { x: 2, y: 0.5 },
      area: 6,
      sum: -7.5,
      peak: -3,
      snr: 4,
    };
    class Counter {
      readonly name = 'counter';
      readonly version = 1;
      readonly unit = 'px';
      readonly #area = 6;
      async measure() {
        return { measurement: this.#area, regions: [region] };
      }
    }
    const folder = folderOf(png([1, 1, 1]), png([2, 2, 2]));
    const { pipeline, reports, signal } = await analyzed({ techniques: [new Counter()], technique: 'counter' }, folder);
    expect(outcomes(reports).at(-1)).toEqual(['changed', 6, 'counter@1']);
    await pipeline.alert({ signal, drain: true });
    expect(await pipeline.view(1)).toMatchObject({ region_count: 1, regions: [region] });
  });

  it('receives the pictures with the mask applied', async () => {
    const folder = folderOf(png([1, 1, 1]), png([9, 9, 9]));
    const mask = path.join(temporaryFolder(), 'mask.png');
    writeFileSync(mask, png([255, 255, 255], { first: [0, 0, 0] }));
    let included: number[] = [];
    const technique: CustomTechnique = {
      ...RED,
      measure(reference, image, context) {
        included = [...(context.mask?.included ?? [])];
        return RED.measure(reference, image, context);
      },
    };
    const { reports } = await analyzed({ techniques: [technique], technique: 'red', mask }, folder);
    expect(outcomes(reports).at(-1)).toEqual(['unchanged', 0, 'red@2']);
    expect(included).toEqual([0, ...Array.from({ length: 15 }, () => 1)]);
  });

  it('may measure a score, whose threshold is a plain number', async () => {
    const techniques = [{ ...RED, unit: 'score', measure: () => ({ measurement: 0.5 }) } as const];
    const folder = folderOf(png([1, 1, 1]), png([2, 2, 2]));
    const { pipeline, signal } = await analyzed({ techniques, technique: 'red', threshold: 0.25 }, folder);
    await pipeline.alert({ signal, drain: true });
    expect(await pipeline.view(1)).toMatchObject({ measurement: 0.5, threshold: 0.25, threshold_unit: 'score' });
    const other = await createPipeline({ data: pipeline.data, techniques, technique: 'red', threshold: '5px' });
    onTestFinished(() => other.close());
    await expect(other.analyze({ drain: true })).rejects.toMatchObject({
      code: 'config_invalid',
      message: 'threshold: 5px is not valid for the technique red, whose unit is score: use a plain number',
    });
  });

  it('is not called for images of different sizes', async () => {
    const folder = folderOf(png([1, 1, 1]), png([1, 1, 1], { width: 5 }));
    const measure = () => expect.unreachable();
    const { reports } = await analyzed({ techniques: [{ ...RED, measure }], technique: 'red' }, folder);
    expect(outcomes(reports).at(-1)).toEqual(['size_changed', null, 'red@2']);
  });

  it.each<[string, () => unknown, string]>([
    [
      'throws',
      () => Object.assign(new TypeError('x is not a function')),
      'the technique red@2 failed: x is not a function',
    ],
    ['rejects with no error', () => Promise.reject(null), 'the technique red@2 failed: null'],
    [
      'returns nothing',
      () => undefined,
      'the technique red@2 returned the measurement undefined: it must be a finite number of 0 or more',
    ],
    [
      'returns NaN',
      () => ({ measurement: Number.NaN }),
      'the technique red@2 returned the measurement NaN: it must be a finite number of 0 or more',
    ],
    [
      'returns regions outside of the image',
      () => ({
        measurement: 1,
        regions: [
          { box: { x: 3, y: 0, width: 2, height: 1 }, centroid: { x: 3, y: 0 }, area: 2, sum: 1, peak: 1, snr: 1 },
        ],
      }),
      'the technique red@2 returned regions[0], which is not valid: use { box: { x, y, width, height } inside of the image, centroid: { x, y }, area, sum, peak, snr }',
    ],
  ])(
    'that %s makes the image a dead letter after three attempts, and the next image is analyzed',
    async (_, fault, detail) => {
      const folder = folderOf(png([1, 1, 1]), png([2, 2, 2]), png([3, 3, 3]));
      let calls = 0;
      const technique = {
        ...RED,
        measure(...pictures: Parameters<CustomTechnique['measure']>) {
          if (pictures[1].data[0] !== 2) return RED.measure(...pictures);
          calls += 1;
          const result = fault();
          if (result instanceof Error) throw result;
          return result;
        },
      } as CustomTechnique;
      const { pipeline, reports } = await analyzed({ techniques: [technique], technique: 'red' }, folder);
      const letters = [];
      for await (const letter of pipeline.deadLetters()) letters.push(letter);
      expect(letters).toMatchObject([{ reason: 'internal', detail, technique: 'red@2', attempts: 3, image: 2 }]);
      expect(calls).toBeGreaterThanOrEqual(3);
      expect(outcomes(reports).at(-1)).toEqual(['changed', 1, 'red@2']);
    },
  );

  it('that does not resolve within max_picture_time makes the image a dead letter', async () => {
    const folder = folderOf(png([1, 1, 1]), png([2, 2, 2]));
    const techniques = [{ ...RED, measure: () => new Promise<never>(() => {}) }];
    const { pipeline } = await analyzed({ techniques, technique: 'red', maxPictureTime: '50ms' }, folder);
    const letters = [];
    for await (const letter of pipeline.deadLetters()) letters.push(letter);
    expect(letters).toMatchObject([
      { reason: 'too_large', detail: 'the technique red@2 takes longer than max_picture_time (50 ms)' },
    ]);
  });

  it('compares two files', async () => {
    const folder = folderOf(png([10, 0, 0]), png([12, 0, 0]));
    const [before, after] = [path.join(folder, '0.png'), path.join(folder, '1.png')];
    const compared = await compareFiles(before, after, { techniques: [RED], technique: 'red' });
    expect(compared).toMatchObject({ outcome: 'changed', measurement: 2, technique: 'red@2' });
  });

  it.each<[unknown, string]>([
    [RED, 'techniques: an object is not valid: use a list of techniques'],
    [[null], 'techniques[0]: null is not valid: use { name, version, unit, measure }'],
    [
      [{ ...RED, name: 'Red' }],
      `techniques[0].name: "Red" is not valid: use 1 to 32 of a-z, 0-9, '_' and '-', starting with a letter`,
    ],
    [[{ ...RED, version: '1' }], 'techniques[0].version: "1" is not valid: use a whole number from 1 to 999999'],
    [[{ ...RED, unit: '%' }], `techniques[0].unit: "%" is not valid: use 'levels' or 'px' or 'score'`],
    [[{ ...RED, measure: 3 }], 'techniques[0].measure: 3 is not valid: use a function (reference, image, context)'],
    [[RED, RED], 'techniques[1].name: the name red is already used by another technique: use another name'],
    [
      [{ ...RED, name: 'l2' }],
      'techniques[0].name: the name l2 is already used by another technique: use another name',
    ],
  ])('is refused if it is not one: %#', async (techniques, message) => {
    const options = { data: path.join(temporaryFolder(), 'data'), techniques } as PipelineOptions;
    await expect(createPipeline(options)).rejects.toMatchObject({ code: 'config_invalid', message });
  });
});
