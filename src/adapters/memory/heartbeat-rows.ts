import type { HeartbeatCatalog, StageProcess } from '../../ports/catalog/heartbeats.ts';
import type { Tables } from './tables.ts';

export function createHeartbeatRows({ heartbeats }: Tables): HeartbeatCatalog {
  const keyOf = ({ stage, host, process }: StageProcess) => JSON.stringify([stage, host, process]);
  return {
    recordHeartbeats: async (recorded, oldest) => {
      for (const { stage, host, process, at } of recorded) {
        heartbeats.set(keyOf({ stage, host, process }), { stage, host, process, at });
      }
      for (const [key, { at }] of heartbeats) if (at < oldest) heartbeats.delete(key);
    },

    removeHeartbeats: async (stages) => {
      for (const stage of stages) heartbeats.delete(keyOf(stage));
    },

    heartbeats: async (stage, host) =>
      [...heartbeats.values()]
        .filter((each) => each.stage === stage && each.host === host)
        .sort((a, b) => (a.at === b.at ? a.process - b.process : a.at < b.at ? 1 : -1)),
  };
}
