import { describe, expect, it } from 'vitest';
import type { Heartbeat } from '../../../src/domain/heartbeats.ts';
import { auditOf } from '../../support/audit.ts';
import { L2, type MakeStand } from './stand.ts';

const OLDEST = '2026-01-01T00:00:00.000Z';

function beatOf(over: Partial<Heartbeat> = {}): Heartbeat {
  return { stage: 'analyze', host: 'a', process: 7, at: '2026-01-02T03:04:05.678Z', ...over };
}

/** That stages are alive. */
export function heartbeatsContract(stand: MakeStand): void {
  describe('heartbeats', () => {
    it('are of a stage on a host, the latest of each process, the latest first', async () => {
      const { catalog, open } = await stand();
      expect(await catalog.heartbeats('analyze', 'a')).toEqual([]);
      const [early, late] = ['2026-01-02T03:04:06.000Z', '2026-01-02T03:04:07.000Z'];
      await catalog.recordHeartbeats(
        [beatOf(), beatOf({ stage: 'alert' }), beatOf({ host: 'b' }), beatOf({ process: 8 })],
        OLDEST,
      );
      await catalog.recordHeartbeats([beatOf({ at: early }), beatOf({ process: 8, at: late })], OLDEST);
      expect(await (await open()).heartbeats('analyze', 'a')).toEqual([
        beatOf({ process: 8, at: late }),
        beatOf({ at: early }),
      ]);
      expect(await catalog.heartbeats('analyze', 'b')).toEqual([beatOf({ host: 'b' })]);
      expect(await catalog.heartbeats('receive', 'a')).toEqual([]);
    });

    it('go with the end of their stage, of that process alone', async () => {
      const { catalog } = await stand();
      await catalog.recordHeartbeats([beatOf(), beatOf({ stage: 'alert' }), beatOf({ process: 8 })], OLDEST);
      await catalog.removeHeartbeats([beatOf(), beatOf({ process: 9 })]);
      expect(await catalog.heartbeats('analyze', 'a')).toEqual([beatOf({ process: 8 })]);
      expect(await catalog.heartbeats('alert', 'a')).toEqual([beatOf({ stage: 'alert' })]);
    });

    it('that are old are forgotten when another comes', async () => {
      const { catalog } = await stand();
      await catalog.recordHeartbeats(
        [beatOf({ at: OLDEST }), beatOf({ process: 8, at: '2025-12-31T23:59:59.999Z' })],
        '2025-01-01',
      );
      await catalog.recordHeartbeats([beatOf({ host: 'b' })], OLDEST);
      expect(await catalog.heartbeats('analyze', 'a')).toEqual([beatOf({ at: OLDEST })]);
    });

    it('are no part of what is audited, and go with clean', async () => {
      const { catalog } = await stand();
      const before = await auditOf(catalog, L2);
      await catalog.recordHeartbeats([beatOf()], OLDEST);
      expect(await auditOf(catalog, L2)).toEqual(before);
      await catalog.beginClean();
      await catalog.endClean();
      expect(await catalog.heartbeats('analyze', 'a')).toEqual([]);
    });
  });
}
