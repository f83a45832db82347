import { describe, expect, it } from 'vitest';
import type { OpenImage } from '../../../src/ports/catalog/audit.ts';
import { undeliveredImages, viewBus } from '../../../src/stages/reconcile/undelivered.ts';
import { holderOf } from '../../contracts/catalog/setup.ts';
import { newImage } from '../../support/samples.ts';
import { testPipeline } from '../../support/test-pipeline.ts';

describe('the undelivered images', () => {
  it('end with those that were open at first, though others are received meanwhile', async () => {
    const { catalog, bus } = await testPipeline();
    const holder = await holderOf(catalog);
    const receiveOne = async () => {
      const rows = await catalog.writeImages(holder, { added: [newImage()] });
      await catalog.writeImages(holder, { ready: rows.map(({ number }) => number) });
    };
    await receiveOne();
    await receiveOne();
    const receiving: typeof catalog = {
      ...catalog,
      async undeliverableImages(...query) {
        const page = await catalog.undeliverableImages(...query);
        await receiveOne();
        return page;
      },
    };
    const found: OpenImage[] = [];
    const view = await viewBus(catalog, bus, 'l2@2');
    const [technique = null] = view.techniques;
    for await (const page of undeliveredImages(receiving, view, technique, 'default')) {
      found.push(...page);
      if (found.length > 3) break;
    }
    expect(found.map(({ image }) => image.number)).toEqual([1, 2]);
  });
});
