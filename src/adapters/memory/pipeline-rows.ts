import { randomUUID } from 'node:crypto';
import type { PipelineCatalog } from '../../ports/catalog/pipeline.ts';
import type { Tables } from './tables.ts';

export function createPipelineRows(tables: Tables): PipelineCatalog {
  return {
    identity: async () => {
      const { lastEvent: _, ...identity } = tables.pipeline;
      return identity;
    },

    setBus: async (busId) => {
      tables.pipeline = { ...tables.pipeline, busId };
    },

    thresholds: async () => new Map(tables.thresholds),

    setThreshold: async (technique, threshold) => {
      tables.thresholds.set(technique, threshold);
    },

    beginClean: async () => {
      tables.pipeline = { ...tables.pipeline, cleaning: true };
    },

    endClean: async () => {
      const { pipelineId, formerIds } = tables.pipeline;
      for (const table of Object.values(tables)) {
        if (table instanceof Map) table.clear();
        else if (Array.isArray(table)) table.length = 0;
      }
      tables.lastDeadLetter = 0;
      tables.discardedLetters = 0;
      const former = [...formerIds, pipelineId];
      tables.pipeline = { pipelineId: randomUUID(), formerIds: former, busId: null, cleaning: false, lastEvent: 0 };
    },
  };
}
