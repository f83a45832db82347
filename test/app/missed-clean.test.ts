import { describe, expect, it } from 'vitest';
import { PIPELINE_LOCK } from '../../src/ports/catalog/locks.ts';
import { cleanCatalog } from '../support/clean-catalog.ts';
import {
  ALERT_STEPS,
  ANALYZE_STEPS,
  expectHandled,
  lostLocks,
  RECEIVE_STEPS,
  type Scene,
  scene,
  TECHNIQUE,
} from '../support/memory-scene.ts';

describe('a stage that is paused while its pipeline is cleaned writes nothing into the new one, and takes part again', () => {
  /** Cleans the pipeline, whose lock was lost without a signal. */
  async function cleanUnnoticed({ catalog }: Scene): Promise<void> {
    catalog.loseLocks(PIPELINE_LOCK, { unnoticed: true });
    await cleanCatalog(catalog);
  }

  /** What stages write. */
  const rows = ({ catalog }: Scene) =>
    catalog.snapshot(async (pages) => ({
      images: (await pages.imagePage(undefined, 99)).length,
      outcomes: (await pages.outcomePage(TECHNIQUE, undefined, 99)).length,
      events: (await pages.eventPage(0, 99)).length,
      alerts: (await pages.alertRowPage(0, 99)).length,
      letters: (await catalog.deadLetterHeads(undefined, 99)).length,
    }));
  const NOTHING = { images: 0, outcomes: 0, events: 0, alerts: 0, letters: 0 };

  it.each(ANALYZE_STEPS)('analyze, at %s', async (step) => {
    const all = await scene();
    await all.pipeline.receive(
      [],
      all.at('receive:entered', () => {}),
    );
    await all.pipeline.analyze(all.at(step, () => cleanUnnoticed(all)));
    expect(await rows(all)).toEqual(NOTHING);
    expect(lostLocks(all)).toEqual([`analyze: ${PIPELINE_LOCK}`]);
    await all.pipeline.run(
      [],
      all.at('receive:entered', () => {}),
    );
    await expectHandled(all);
  });

  it('analyze, if it is told images that others have received since', async () => {
    const all = await scene();
    const ordinary = () => all.at('receive:entered', () => {});
    await all.pipeline.receive([], ordinary());
    const options = all.at('analyze:committed', async () => {
      await cleanUnnoticed(all);
      await all.pipeline.receive([], ordinary());
    });
    await all.pipeline.analyze(options);
    expect(lostLocks(all)).toEqual([`analyze: ${PIPELINE_LOCK}`]);
    await all.pipeline.alert(ordinary());
    await expectHandled(all);
  });

  it.each(ALERT_STEPS)('alert, at %s', async (step) => {
    const all = await scene();
    await all.pipeline.receive(
      [],
      all.at('receive:entered', () => {}),
    );
    await all.pipeline.analyze(all.at('analyze:committed', () => {}));
    await all.pipeline.alert(all.at(step, () => cleanUnnoticed(all)));
    expect(await rows(all)).toEqual(NOTHING);
    expect(lostLocks(all)).toEqual([`alert: ${PIPELINE_LOCK}`]);
    await all.pipeline.run(
      [],
      all.at('receive:entered', () => {}),
    );
    await expectHandled(all);
  });

  it.each(RECEIVE_STEPS)('receive, at %s: what it has not received yet, it receives there', async (step) => {
    const all = await scene();
    await all.pipeline.receive(
      [],
      all.at(step, () => cleanUnnoticed(all)),
    );
    expect(lostLocks(all)).toEqual([`receive: ${PIPELINE_LOCK}`]);
    const { images } = await rows(all);
    const kept = await all.catalog.images(
      Array.from({ length: images }, (_, index) => ({ stream: 'default', number: index + 1 })),
    );
    expect(kept.every((image) => image?.state === 'ready' && image.position !== null)).toBe(true);
    expect(kept.at(-1)?.origin).toBe('/from/8');
    await all.pipeline.analyze(all.at('analyze:committed', () => {}));
    expect((await rows(all)).outcomes).toBe(images);
  });

  it('run, and ends with all that it still received', async () => {
    const all = await scene();
    const options = all.at('analyze:compared', () => cleanUnnoticed(all));
    await all.pipeline.run([], options);
    expect(lostLocks(all)).toEqual([`receive: ${PIPELINE_LOCK}`]);
    const { images, outcomes } = await rows(all);
    expect(outcomes).toBe(images);
  });
});
