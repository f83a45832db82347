import { expect, it } from 'vitest';
import { fixture } from '../../fixtures/pictures/expected.ts';
import { testPipeline } from '../../support/test-pipeline.ts';

const NO_END = 'the end marker (EOI) is missing';
const baseline = fixture('baseline-420.jpg');
const progressive = fixture('progressive-420.jpg');
const withTrailer = (bytes: number) => Buffer.concat([baseline, Buffer.alloc(bytes)]);

it('odd files are compared, with notes in their rows, and told once for each note', async () => {
  const pipeline = await testPipeline();
  const files = [progressive, baseline.subarray(0, -2), progressive.subarray(0, -2), withTrailer(5), withTrailer(17)];
  await pipeline.receive(files);
  await pipeline.work(await pipeline.analyzeStage());
  const ids = files.map((_, index) => ({ stream: 'default', number: index + 1 }));
  const facts = (await pipeline.catalog.images(ids)).map((image) => image?.fact);
  const size = { verdict: 'decodes', width: 75, height: 53 };
  expect(facts).toEqual([
    size,
    { ...size, notes: [NO_END] },
    { ...size, notes: [NO_END] },
    { ...size, notes: ['5 bytes after the end marker (EOI)'] },
    { ...size, notes: ['17 bytes after the end marker (EOI)'] },
  ]);
  expect(await pipeline.catalog.counts()).toMatchObject({ oddImages: 4, deadLetters: 0 });
  expect(pipeline.reported('odd_picture')).toEqual([
    expect.objectContaining({ image: ids[1], note: NO_END }),
    expect.objectContaining({ image: ids[3], note: '5 bytes after the end marker (EOI)' }),
  ]);
});
