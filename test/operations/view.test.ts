import { describe, expect, it } from 'vitest';
import { view } from '../../src/operations/view.ts';
import { png } from '../support/pictures.ts';
import { type DurableTestPipeline, testPipeline } from '../support/test-pipeline.ts';

const GREY = png([100, 100, 100]);
const OTHER = png([100, 100, 101]);

async function analyzed(): Promise<DurableTestPipeline> {
  const pipeline = await testPipeline({ durable: true });
  await pipeline.receive([GREY, OTHER, GREY]);
  await pipeline.work(await pipeline.analyzeStage());
  return pipeline;
}

describe('view', () => {
  it('returns the alert with its event, its two images and their paths', async () => {
    const { catalog, store, folder, ...pipeline } = await analyzed();
    await pipeline.work(await pipeline.alertStage());
    const seen = await view(catalog, store, 2);
    expect(seen).toMatchObject({
      alert: { number: 2, state: 'ready' },
      event: { number: 2, kind: 'changed', measurement: 4 },
      image: { number: 3 },
      reference: { number: 2 },
      paths: {
        image: `${folder}/image_database/00003.png`,
        reference: `${folder}/image_database/00002.png`,
        difference: `${folder}/image_event_database/image_event_002.jpg`,
      },
    });
  });

  it.each([
    ['while there are no alerts', async () => {}, 3, 'alert 3 does not exist: there are no alerts yet'],
    ['while its event has no alert yet', async () => {}, 1, "event 1 has no alert yet: run 'imgpipe alert'"],
    [
      'for a number above the last',
      async (pipeline: DurableTestPipeline) => pipeline.work(await pipeline.alertStage()),
      7,
      'alert 7 does not exist: the alerts are 1 to 2',
    ],
  ])('throws not_found %s, and says why', async (_, prepare, number, message) => {
    const pipeline = await analyzed();
    await prepare(pipeline);
    await expect(view(pipeline.catalog, pipeline.store, number)).rejects.toMatchObject({
      code: 'not_found',
      exit: 3,
      message,
    });
  });

  it('throws not_found for an alert that is pending', async () => {
    const { catalog, store } = await analyzed();
    await catalog.addAlerts([{ number: 1, base: store.address, alertedAt: '2026-01-01T00:00:00.000Z' }]);
    await expect(view(catalog, store, 1)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('throws not_found if its images are missing from the catalog', async () => {
    const pipeline = await analyzed();
    await pipeline.work(await pipeline.alertStage());
    await pipeline.tamper('DELETE FROM image WHERE number = 1');
    await expect(view(pipeline.catalog, pipeline.store, 1)).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('status --check'),
    });
  });
});
