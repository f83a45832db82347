import { randomUUID } from 'node:crypto';
import type { LocationCatalog } from '../../ports/catalog/location.ts';
import { checkPipelineToken } from './fences.ts';
import { openEvents, openImages } from './open-rows.ts';
import { imageAt, putImage, type Tables } from './tables.ts';

/** Tables in memory have no copies. */
export function createLocation(tables: Tables): LocationCatalog {
  return {
    location: async () => ({ kind: 'same' }),
    recordLocation: async () => {},
    separateCopy: async (token) => {
      checkPipelineToken(tables, token);
      tables.pipeline = { ...tables.pipeline, pipelineId: randomUUID(), busId: null, busAddress: null };
      for (const { image } of openImages(tables)) {
        const row = imageAt(tables, image);
        if (row !== undefined) putImage(tables, { ...row, position: null });
      }
      for (const { number } of openEvents(tables)) {
        const event = tables.events.get(number);
        if (event !== undefined) tables.events.set(number, { ...event, position: null });
      }
    },
  };
}
