import { newerVersion } from '../../domain/technique-id.ts';
import type { PipelineCatalog } from '../../ports/catalog/pipeline.ts';
import { checkPipelineToken } from './fences.ts';
import { newTables, type Tables } from './tables.ts';
import { keyOf } from './technique-keys.ts';

export function createPipelineRows(tables: Tables): PipelineCatalog {
  function activate(key: string): void {
    tables.activeAt.set(key, new Date().toISOString());
    tables.idle.delete(key);
  }

  const inForce = (key: string) => tables.inForce.get(key) ?? key;

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

    thresholds: async () => new Map([...tables.thresholds].map(([key, threshold]) => [inForce(key), threshold])),

    setThreshold: async (technique, threshold) => {
      const key = keyOf(tables, technique);
      tables.thresholds.set(key, threshold);
      tables.inForce.set(key, newerVersion(inForce(key), technique));
      activate(key);
    },

    activeTechniques: async () =>
      [...tables.thresholds.keys()]
        .filter((key) => !tables.idle.has(key))
        .sort()
        .map(inForce),

    keepActive: async (technique) => activate(keyOf(tables, technique)),

    retireIdle: async (since) => {
      const keys = [...tables.thresholds.keys()].filter(
        (key) => !tables.idle.has(key) && (tables.activeAt.get(key) ?? '') < since,
      );
      for (const key of keys) tables.idle.set(key, true);
      return keys.map(inForce);
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
