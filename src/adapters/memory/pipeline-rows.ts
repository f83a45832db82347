import type { PipelineCatalog } from '../../ports/catalog/pipeline.ts';
import { checkPipelineToken } from './fences.ts';
import { newTables, type Tables } from './tables.ts';

export function createPipelineRows(tables: Tables): PipelineCatalog {
  function activate(technique: string): void {
    tables.activeAt.set(technique, new Date().toISOString());
    tables.idle.delete(technique);
  }

  return {
    identity: async () => {
      const { lastEvent: _, token: __, eventsToken: ___, ...identity } = tables.pipeline;
      return identity;
    },

    fencePipeline: async (token) => {
      tables.pipeline = { ...tables.pipeline, token };
    },

    setBus: async ({ id, address }, before, token) => {
      if (token !== undefined) checkPipelineToken(tables, token);
      if (tables.pipeline.busId === before) tables.pipeline = { ...tables.pipeline, busId: id, busAddress: address };
    },

    thresholds: async () => new Map(tables.thresholds),

    setThreshold: async (technique, threshold) => {
      tables.thresholds.set(technique, threshold);
      activate(technique);
    },

    activeTechniques: async () => [...tables.thresholds.keys()].filter((name) => !tables.idle.has(name)).sort(),

    keepActive: async (technique) => activate(technique),

    retireIdle: async (since) => {
      const names = [...tables.thresholds.keys()].filter(
        (name) => !tables.idle.has(name) && (tables.activeAt.get(name) ?? '') < since,
      );
      for (const name of names) tables.idle.set(name, true);
      return names;
    },

    beginClean: async (token) => {
      checkPipelineToken(tables, token);
      tables.pipeline = { ...tables.pipeline, cleaning: true };
    },

    endClean: async (token) => {
      checkPipelineToken(tables, token);
      const { pipelineId, formerIds } = tables.pipeline;
      for (const table of Object.values(tables)) {
        if (table instanceof Map) table.clear();
        else if (Array.isArray(table)) table.length = 0;
      }
      tables.lastDeadLetter = 0;
      tables.discardedLetters = 0;
      tables.pipeline = { ...newTables().pipeline, formerIds: [...formerIds, pipelineId] };
    },
  };
}
