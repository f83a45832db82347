import { describe, expect, it } from 'vitest';
import type { Heartbeat } from '../../../src/ports/catalog/heartbeats.ts';
import { auditOf } from '../../support/audit.ts';
import { cleanCatalog } from '../../support/clean-catalog.ts';
import { L2, type SetUpCatalog } from './setup.ts';

const OLDEST = '2026-01-01T00:00:00.000Z';

function beatOf(over: Partial<Heartbeat> = {}): Heartbeat {
  return { stage: 'analyze', host: 'a', process: 7, at: '2026-01-02T03:04:05.678Z', ...over };
}

/** The rows of heartbeats. */
export function heartbeatsContract(setUp: SetUpCatalog): void {
  describe('heartbeats', () => {
    it('are listed by stage and host: the latest of each process, the latest first', async () => {
      const { catalog, open } = await setUp();
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

    it('are removed for one stage of one process', async () => {
      const { catalog } = await setUp();
      await catalog.recordHeartbeats([beatOf(), beatOf({ stage: 'alert' }), beatOf({ process: 8 })], OLDEST);
      await catalog.removeHeartbeats([beatOf(), beatOf({ process: 9 })]);
      expect(await catalog.heartbeats('analyze', 'a')).toEqual([beatOf({ process: 8 })]);
      expect(await catalog.heartbeats('alert', 'a')).toEqual([beatOf({ stage: 'alert' })]);
    });

    it('that are old are deleted when another is recorded', async () => {
      const { catalog } = await setUp();
      await catalog.recordHeartbeats(
        [beatOf({ at: OLDEST }), beatOf({ process: 8, at: '2025-12-31T23:59:59.999Z' })],
        '2025-01-01',
      );
      await catalog.recordHeartbeats([beatOf({ host: 'b' })], OLDEST);
      expect(await catalog.heartbeats('analyze', 'a')).toEqual([beatOf({ at: OLDEST })]);
    });

    it('are not part of an audit, and are deleted by a clean', async () => {
      const { catalog } = await setUp();
      const before = await auditOf(catalog, L2);
      await catalog.recordHeartbeats([beatOf()], OLDEST);
      expect(await auditOf(catalog, L2)).toEqual(before);
      await cleanCatalog(catalog);
      expect(await catalog.heartbeats('analyze', 'a')).toEqual([]);
    });
  });
}
