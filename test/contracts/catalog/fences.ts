import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { LockLost } from '../../../src/domain/errors.ts';
import type { Catalog } from '../../../src/ports/catalog/catalog.ts';
import { cleanCatalog, fencedPipeline } from '../../support/clean-catalog.ts';
import { deadLetter, levels, newAlert, newImage, newOutcome, positionAt } from '../../support/samples.ts';
import { addImages, addReadyImages, id, L2, makeEventsReady, type SetUpCatalog } from './setup.ts';

const MSE = 'mse@1';
const AT = '2026-03-04T05:06:07.089Z';
const BUS = { id: 'kafka:cluster-1', address: 'kafka://a:9092' };
const EVENT_AT = positionAt(3, { topic: 'image_event_alert' });
const HOLDER = { stream: 'default', token: randomUUID() };
const PROCESS = { stage: 'analyze', host: 'a-host', process: 1 } as const;

/** What a catalog has. */
function everything(catalog: Catalog): Promise<unknown> {
  return catalog.snapshot(async (pages) => [
    await catalog.identity(),
    await catalog.thresholds(),
    await pages.techniques(),
    await pages.streams(),
    await pages.imagePage(undefined, 99),
    await pages.outcomePage(L2, undefined, 99),
    await pages.eventPage(0, 99),
    await pages.alertRowPage(0, 99),
    await catalog.deadLetterHeads(undefined, 99, { withDropped: true }),
    await catalog.heartbeats(PROCESS.stage, PROCESS.host),
  ]);
}

/** Rows in which every write of `WRITES` changes something. */
async function fill(catalog: Catalog): Promise<void> {
  await catalog.setThreshold(L2, levels(0));
  await catalog.setThreshold(MSE, levels(0));
  await catalog.retireIdle('9999');
  await catalog.setThreshold(L2, levels(0));
  await addReadyImages(catalog, 6);
  await addImages(catalog, 1);
  await catalog.addOutcomes([
    newOutcome(id(1), 'dead'),
    ...[2, 3, 4, 5].map((number) => newOutcome(id(number), 'changed')),
  ]);
  await makeEventsReady(catalog, [2, 3, 4]);
  await catalog.addDeadLetters([deadLetter({ stage: 'alert', event: 2 })]);
  await catalog.addAlerts([newAlert(3)]);
  await catalog.recordHeartbeats([{ ...PROCESS, at: AT }], '');
  await catalog.fenceStream(HOLDER);
}

/** The writes of those who share the pipeline's lock. */
const WRITES: readonly [string, (catalog: Catalog) => Promise<unknown>][] = [
  ['setBus', (catalog) => catalog.setBus(BUS, null)],
  ['setThreshold', (catalog) => catalog.setThreshold(L2, levels(7))],
  ['keepActive', (catalog) => catalog.keepActive(MSE)],
  ['retireIdle', (catalog) => catalog.retireIdle('9999')],
  ['fenceStream', (catalog) => catalog.fenceStream({ ...HOLDER, stream: 'sky' })],
  ['writeImages', (catalog) => catalog.writeImages(HOLDER, { added: [newImage()] })],
  ['nextImageAttempt', (catalog) => catalog.nextImageAttempt(HOLDER, [7])],
  ['withdrawImages', (catalog) => catalog.withdrawImages(HOLDER, 7)],
  ['addOutcomes', (catalog) => catalog.addOutcomes([newOutcome(id(6), 'changed')])],
  [
    'nextEventAttempt',
    (catalog) => catalog.nextEventAttempt([{ number: 1, attempt: 1, differenceSha256: 'e'.repeat(64) }]),
  ],
  ['markEventsReady', (catalog) => catalog.markEventsReady([{ number: 1, attempt: 1 }])],
  ['markEventsPublished', (catalog) => catalog.markEventsPublished([{ number: 2, position: EVENT_AT }])],
  ['addAlerts', (catalog) => catalog.addAlerts([newAlert(4)])],
  ['nextAlertAttempt', (catalog) => catalog.nextAlertAttempt([{ number: 3, attempt: 1 }])],
  ['markAlertsReady', (catalog) => catalog.markAlertsReady([3])],
  ['addDeadLetters', (catalog) => catalog.addDeadLetters([deadLetter({ stage: 'alert', event: 4 })])],
  ['replayImages', (catalog) => catalog.replayImages([1], AT)],
  ['replayEvents', (catalog) => catalog.replayEvents([{ id: 2, position: EVENT_AT }], AT)],
  ['dropDeadLetters', (catalog) => catalog.dropDeadLetters([2], AT)],
  ['removeDeadLetters', (catalog) => catalog.removeDeadLetters([1])],
  ['recordHeartbeats', (catalog) => catalog.recordHeartbeats([{ ...PROCESS, process: 2, at: AT }], '')],
  ['removeHeartbeats', (catalog) => catalog.removeHeartbeats([PROCESS])],
];

/** The writes of who holds the pipeline's lock exclusively. */
const EXCLUSIVE_WRITES: readonly [string, (catalog: Catalog, token: string) => Promise<unknown>][] = [
  ['setBus', (catalog, token) => catalog.setBus(BUS, null, token)],
  ['beginClean', (catalog, token) => catalog.beginClean(token)],
  ['endClean', (catalog, token) => catalog.endClean(token)],
  ['separateCopy', (catalog, token) => catalog.separateCopy(token)],
];

/** What a process writes whose lock of the pipeline, or of the events, others have had since. */
export function fencesContract(setUp: SetUpCatalog): void {
  describe('the catalog of a pipeline', () => {
    it.each(WRITES)('changes nothing after a clean, and throws LockLost: %s', async (_, write) => {
      const { catalog, open } = await setUp();
      await fill(catalog);
      let lost = 0;
      const late = (await open()).forPipeline((await catalog.identity()).pipelineId, () => {
        lost += 1;
      });
      await cleanCatalog(catalog);
      await fill(catalog);
      const before = await everything(catalog);
      await expect(write(late)).rejects.toBeInstanceOf(LockLost);
      expect(lost).toBe(1);
      expect(await everything(catalog)).toEqual(before);
      await write(catalog.forPipeline((await catalog.identity()).pipelineId));
      expect(await everything(catalog)).not.toEqual(before);
    });

    it('changes nothing while another process has the pipeline for itself, nor once that has separated a copy', async () => {
      const { catalog, open } = await setUp();
      await fill(catalog);
      const shared = catalog.forPipeline((await catalog.identity()).pipelineId);
      const other = await open();
      const token = await fencedPipeline(other);
      const before = await everything(catalog);
      const write = () => shared.addOutcomes([newOutcome(id(6), 'unchanged')]);
      await expect(write()).rejects.toBeInstanceOf(LockLost);
      expect(await everything(catalog)).toEqual(before);
      await catalog.fencePipeline(null);
      await write();
      await other.fencePipeline(token);
      await other.separateCopy(token);
      await other.fencePipeline(null);
      await expect(shared.setThreshold(L2, levels(7))).rejects.toBeInstanceOf(LockLost);
    });

    it('reads on after a clean, and shares the locks of the catalog', async () => {
      const { catalog } = await setUp();
      const former = catalog.forPipeline((await catalog.identity()).pipelineId);
      await cleanCatalog(catalog);
      expect(await former.identity()).toEqual(await catalog.identity());
      await former.lock('a-lock', 'the one');
      expect(await catalog.lock('a-lock', 'the other')).toEqual({ holder: 'the one' });
    });
  });

  describe('the writes of the exclusive holder of a pipeline', () => {
    it.each(EXCLUSIVE_WRITES)('change nothing once another has fenced it, and throw LockLost: %s', async (_, write) => {
      const { catalog, open } = await setUp();
      await fill(catalog);
      const old = await fencedPipeline(catalog);
      const current = await fencedPipeline(await open());
      const before = await everything(catalog);
      await expect(write(catalog, old)).rejects.toBeInstanceOf(LockLost);
      expect(await everything(catalog)).toEqual(before);
      await write(catalog, current);
      expect(await everything(catalog)).not.toEqual(before);
    });

    it.each(EXCLUSIVE_WRITES)('change nothing once the pipeline is shared again: %s', async (_, write) => {
      const { catalog, open } = await setUp();
      await fill(catalog);
      const old = await fencedPipeline(catalog);
      await (await open()).fencePipeline(null);
      const before = await everything(catalog);
      await expect(write(catalog, old)).rejects.toBeInstanceOf(LockLost);
      expect(await everything(catalog)).toEqual(before);
    });

    it('end with a clean, which leaves no token', async () => {
      const { catalog } = await setUp();
      const token = await fencedPipeline(catalog);
      await catalog.beginClean(token);
      await catalog.endClean(token);
      await expect(catalog.beginClean(token)).rejects.toBeInstanceOf(LockLost);
      await catalog.forPipeline((await catalog.identity()).pipelineId).setThreshold(L2, levels(1));
    });
  });

  describe('the positions of events', () => {
    const published = [{ number: 2, position: EVENT_AT }];

    it('are not written by a holder of the lock of the events once another has fenced them', async () => {
      const { catalog, open } = await setUp();
      await fill(catalog);
      await catalog.fenceEvents('old');
      await (await open()).fenceEvents('current');
      const before = await everything(catalog);
      await expect(catalog.markEventsPublished(published, 'old')).rejects.toBeInstanceOf(LockLost);
      expect(await everything(catalog)).toEqual(before);
      await catalog.markEventsPublished(published, 'current');
      expect((await catalog.events([2]))[0]?.position).toEqual(EVENT_AT);
    });

    it('are written by an analyzer without that lock, whoever holds it', async () => {
      const { catalog } = await setUp();
      await fill(catalog);
      await catalog.fenceEvents('a holder');
      await catalog.markEventsPublished(published);
      expect((await catalog.events([2]))[0]?.position).toEqual(EVENT_AT);
    });

    it('are not written with a token that was never entered, nor with one from before a clean', async () => {
      const { catalog } = await setUp();
      await catalog.fenceEvents('former');
      await cleanCatalog(catalog);
      await fill(catalog);
      for (const token of ['former', 'never entered']) {
        await expect(catalog.markEventsPublished(published, token)).rejects.toBeInstanceOf(LockLost);
      }
      expect((await catalog.events([2]))[0]?.position).toBeNull();
    });
  });
}
