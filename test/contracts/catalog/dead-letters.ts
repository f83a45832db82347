import { describe, expect, it } from 'vitest';
import { MAX_MESSAGE_LETTERS } from '../../../src/domain/dead-letters.ts';
import type { DeadLetterRecord } from '../../../src/domain/records.ts';
import type { Catalog } from '../../../src/ports/catalog/catalog.ts';
import { auditOf } from '../../support/audit.ts';
import { deadLetter, levels, newAlert, newOutcome, positionAt } from '../../support/samples.ts';
import { addReadyImages, id, L2, makeEventsReady, publishAt, type SetUpCatalog } from './setup.ts';

const AT = '2026-02-03T04:05:06.789Z';
const TOO_LARGE = { verdict: 'too_large', detail: '900 megapixels' } as const;
const DECODES = { verdict: 'decodes', width: 4, height: 3 } as const;
const EVENT_PLACE = positionAt(0, { topic: 'image_event_alert' });

/** Every dead letter with its message, the lowest id first. */
async function letters(catalog: Catalog): Promise<DeadLetterRecord[]> {
  const heads = await catalog.deadLetterHeads(undefined, 1000);
  const found = await catalog.deadLetters(heads.map((head) => head.id).reverse());
  return found.flatMap((letter) => letter ?? []);
}

/** Adds published images, of which the last is dead because it is too large; returns its dead letter. */
async function deadImage(catalog: Catalog, number = 1): Promise<DeadLetterRecord> {
  await catalog.setThreshold(L2, levels(0));
  await addReadyImages(catalog, number);
  await publishAt(catalog, [{ ...id(number), position: positionAt(7) }]);
  const letter = deadLetter({ image: id(number), technique: L2, position: positionAt(7) });
  await catalog.addOutcomes([
    newOutcome(id(number), 'dead', { deadLetter: letter, facts: [{ ...id(number), fact: TOO_LARGE }] }),
  ]);
  const [written] = await catalog.deadLettersOf(L2, [id(number)]);
  if (written === undefined) throw new Error('it has no letter');
  return written;
}

/** Adds an event whose alert failed; returns its dead letter. */
async function deadEvent(catalog: Catalog): Promise<DeadLetterRecord> {
  await addReadyImages(catalog, 2);
  await catalog.addOutcomes([newOutcome(id(2), 'changed')]);
  await makeEventsReady(catalog, [1]);
  await catalog.markEventsPublished([{ number: 1, position: EVENT_PLACE }]);
  await catalog.addDeadLetters([
    deadLetter({ stage: 'alert', image: id(2), technique: L2, event: 1, position: EVENT_PLACE }),
  ]);
  const [letter] = await letters(catalog);
  if (letter === undefined) throw new Error('it has no letter');
  return letter;
}

/** The rows of dead letters, and their replay. */
export function deadLettersContract(setUp: SetUpCatalog): void {
  describe('dead letters', () => {
    it('have the fields that they were added with, and their message as it was received', async () => {
      const { catalog, open } = await setUp();
      const headers = { ce_id: '1', 'x-☃': '' };
      const text = deadLetter({
        stack: 'at x',
        position: positionAt(1),
        message: { key: 'sky', headers, value: '{"a":\n' },
      });
      const bytes = Uint8Array.of(0xff, 0, 0xfe);
      const binary = deadLetter({ position: positionAt(2), message: { key: '', headers: {}, value: '�', bytes } });
      const none = deadLetter({ image: id(3), technique: L2, event: 9 });
      await catalog.addDeadLetters([text, binary, none]);
      const other = await open();
      const [first, second, third] = await letters(other);
      expect(first).toEqual({ ...text, id: 1, replayedAt: null, droppedAt: null });
      expect(second).toMatchObject({ id: 2, message: { key: '', headers: {}, value: '�' } });
      expect([...(second?.message?.bytes ?? [])]).toEqual([...bytes]);
      expect(third).toEqual({ ...none, id: 3, replayedAt: null, droppedAt: null });
    });

    it('are listed in pages, the highest id first, without their messages', async () => {
      const { catalog } = await setUp();
      const message = { key: 'k', headers: {}, value: 'v' };
      await catalog.addDeadLetters(
        [1, 2, 3].map((offset) => deadLetter({ position: positionAt(offset), message, stack: 's' })),
      );
      const { stack: _, message: __, ...head } = deadLetter({ position: positionAt(3) });
      expect(await catalog.deadLetterHeads(undefined, 1)).toEqual([
        { ...head, id: 3, replayedAt: null, droppedAt: null },
      ]);
      expect((await catalog.deadLetterHeads(3, 9)).map((each) => each.id)).toEqual([2, 1]);
      expect(await catalog.deadLetterHeads(1, 9)).toEqual([]);
    });

    it('are found by id, in the order of the request, undefined if there is none', async () => {
      const { catalog } = await setUp();
      await catalog.addDeadLetters([1, 2].map((offset) => deadLetter({ position: positionAt(offset) })));
      const found = await catalog.deadLetters([2, 9, 1]);
      expect(found.map((letter) => letter?.id)).toEqual([2, undefined, 1]);
    });

    it('are counted, with the lowest and the highest id', async () => {
      const { catalog } = await setUp();
      expect(await catalog.deadLetterRange()).toBeUndefined();
      await catalog.addDeadLetters([1, 2, 3, 4].map((offset) => deadLetter({ position: positionAt(offset) })));
      await catalog.removeDeadLetters([1, 3]);
      expect(await catalog.deadLetterRange()).toEqual({ count: 2, first: 2, last: 4 });
    });

    it('about a message alone are added once for each message and stage', async () => {
      const { catalog } = await setUp();
      const letter = deadLetter({ position: positionAt(1) });
      await catalog.addDeadLetters([letter, letter]);
      await catalog.addDeadLetters([letter]);
      expect((await auditOf(catalog, L2)).deadLetters).toBe(1);
      await catalog.addDeadLetters([
        { ...letter, position: positionAt(2) },
        { ...letter, stage: 'alert' },
      ]);
      expect((await auditOf(catalog, L2)).deadLetters).toBe(3);
    });

    it.each([
      ['an image', { image: id(1), technique: L2 }],
      ['an image with its event', { image: id(1), technique: L2, event: 1 }],
      ['an event', { stage: 'alert', image: id(1), technique: L2, event: 1 }],
    ] as const)('of %s: each stage has one, and that of another message replaces it', async (_, about) => {
      const { catalog } = await setUp();
      const first = deadLetter({ ...about, position: positionAt(1), detail: 'first' });
      await catalog.addDeadLetters([first, { ...first, detail: 'the same message again' }]);
      const others = [
        deadLetter({ ...about, image: id(2), event: 2, position: positionAt(1) }),
        deadLetter({
          ...about,
          stage: first.stage === 'alert' ? 'analyze' : 'alert',
          event: 1,
          position: positionAt(1),
        }),
        deadLetter({ position: positionAt(1) }),
      ];
      await catalog.addDeadLetters(others);
      expect((await letters(catalog)).map((each) => each.detail)).toEqual([
        'first',
        ...others.map((each) => each.detail),
      ]);
      await catalog.addDeadLetters([{ ...first, position: positionAt(2), detail: 'second' }]);
      const after = await letters(catalog);
      expect(after.map((each) => each.detail)).toEqual([...others.map((each) => each.detail), 'second']);
    });

    it('about messages alone are kept up to a number, the newest, and the others are counted', async () => {
      const { catalog, open } = await setUp();
      await catalog.addDeadLetters([deadLetter({ image: id(1), technique: L2 })]);
      const ofMessages = Array.from({ length: MAX_MESSAGE_LETTERS + 30 }, (_, index) =>
        deadLetter({ stage: index % 2 === 0 ? 'analyze' : 'alert', position: positionAt(index) }),
      );
      await catalog.addDeadLetters(ofMessages.slice(0, 10));
      await catalog.addDeadLetters(ofMessages.slice(10));
      await catalog.addDeadLetters(ofMessages.slice(-10));
      const other = await open();
      expect(await other.counts()).toMatchObject({ deadLetters: MAX_MESSAGE_LETTERS + 1, discardedLetters: 30 });
      expect((await other.deadLetters([1, 31, 32])).map((letter) => letter?.id)).toEqual([1, undefined, 32]);
      expect((await other.deadLetterHeads(undefined, 1))[0]?.position).toEqual(positionAt(MAX_MESSAGE_LETTERS + 29));
    });

    it('never reuse the id of a removed one', async () => {
      const { catalog } = await setUp();
      await catalog.addDeadLetters([1, 2].map((offset) => deadLetter({ position: positionAt(offset) })));
      await catalog.removeDeadLetters([2, 7]);
      await catalog.addDeadLetters([deadLetter({ position: positionAt(3) })]);
      expect((await letters(catalog)).map((letter) => letter.id)).toEqual([1, 3]);
    });

    it('of the analyze stage are found by image', async () => {
      const { catalog } = await setUp();
      await catalog.addDeadLetters([
        deadLetter({ image: id(2), technique: L2 }),
        deadLetter({ image: id(2), technique: 'mse@1' }),
        deadLetter({ stage: 'alert', image: id(2), technique: L2, event: 1 }),
        deadLetter({ image: id(2, 'sky'), technique: L2, event: 2 }),
      ]);
      const found = await catalog.deadLettersOf(L2, [id(1), id(2, 'sky'), id(2)]);
      expect(found.map((letter) => letter.id)).toEqual([4, 1]);
    });
  });

  describe('a dropped dead letter', () => {
    it('is marked, listed only on request, and counted apart', async () => {
      const { catalog, open } = await setUp();
      await catalog.addDeadLetters([1, 2, 3].map((offset) => deadLetter({ position: positionAt(offset) })));
      await catalog.dropDeadLetters([2, 9], AT);
      const other = await open();
      expect((await other.deadLetterHeads(undefined, 9)).map((each) => each.id)).toEqual([3, 1]);
      const all = await other.deadLetterHeads(undefined, 9, { withDropped: true });
      expect(all.map((each) => [each.id, each.droppedAt])).toEqual([
        [3, null],
        [2, AT],
        [1, null],
      ]);
      expect((await other.deadLetters([2]))[0]).toMatchObject({ id: 2, droppedAt: AT });
      expect(await other.counts()).toMatchObject({ deadLetters: 2, droppedLetters: 1, discardedLetters: 0 });
      expect(await other.deadLetterRange()).toEqual({ count: 3, first: 1, last: 3 });
    });

    it('of an image leaves the image dead, and is not replayed', async () => {
      const { catalog } = await setUp();
      const letter = await deadImage(catalog);
      await catalog.setThreshold(L2, levels(0));
      await catalog.dropDeadLetters([letter.id], AT);
      await catalog.replayImages([letter.id], '2027-01-01T00:00:00.000Z');
      expect(await letters(catalog)).toEqual([]);
      expect((await catalog.outcomes(L2, [id(1)]))[0]?.kind).toBe('dead');
      expect((await catalog.images([id(1)]))[0]).toMatchObject({ position: positionAt(7), fact: TOO_LARGE });
      expect(await auditOf(catalog, L2)).toMatchObject({ analyzed: 1, openImages: [], faults: [] });
    });

    it('of an event leaves the event closed, and is not replayed', async () => {
      const { catalog } = await setUp();
      const letter = await deadEvent(catalog);
      await catalog.dropDeadLetters([letter.id], AT);
      await catalog.replayEvents([{ id: letter.id, position: positionAt(5) }], '2027-01-01T00:00:00.000Z');
      expect((await catalog.events([1]))[0]?.position).toEqual(EVENT_PLACE);
      expect((await auditOf(catalog, L2)).openEvents).toEqual([]);
      expect((await catalog.deadLetters([letter.id]))[0]).toMatchObject({ replayedAt: null, droppedAt: AT });
    });

    it('cannot be one that waits for its replay, and keeps the time of the first drop', async () => {
      const { catalog } = await setUp();
      const letter = await deadImage(catalog);
      await catalog.replayImages([letter.id], AT);
      await catalog.addDeadLetters([deadLetter({ position: positionAt(1) })]);
      await catalog.dropDeadLetters([letter.id, 2], AT);
      await catalog.dropDeadLetters([2], '2027-01-01T00:00:00.000Z');
      expect((await catalog.deadLetters([letter.id, 2])).map((each) => each?.droppedAt)).toEqual([null, AT]);
    });

    it('stays dropped when the same message fails again', async () => {
      const { catalog } = await setUp();
      const letter = deadLetter({ position: positionAt(1) });
      await catalog.addDeadLetters([letter]);
      await catalog.dropDeadLetters([1], AT);
      await catalog.addDeadLetters([letter]);
      expect(await catalog.counts()).toMatchObject({ deadLetters: 0, droppedLetters: 1 });
    });
  });

  describe('the replay of an image', () => {
    it('marks its dead letter and opens the image: without a position, its dead outcome and its verdict', async () => {
      const { catalog } = await setUp();
      const letter = await deadImage(catalog);
      await catalog.setThreshold(L2, levels(0));
      expect(await catalog.firstOpen(L2, { stream: 'default', first: 1, last: 1 })).toBeUndefined();
      await catalog.replayImages([letter.id], AT);
      expect(await letters(catalog)).toEqual([{ ...letter, replayedAt: AT }]);
      expect((await catalog.images([id(1)]))[0]).toMatchObject({ position: null, fact: null });
      expect(await catalog.outcomes(L2, [id(1)])).toEqual([undefined]);
      expect(await catalog.firstOpen(L2, { stream: 'default', first: 1, last: 1 })).toBe(1);
      expect(await catalog.tally(L2, { stream: 'default', first: 1, last: 1 })).toMatchObject({ deadLetters: 0 });
      expect(await auditOf(catalog, L2)).toMatchObject({
        analyzed: 0,
        deadLetters: 1,
        openImages: [{ image: id(1), technique: L2, position: null }],
        faults: [],
      });
    });

    it('does not affect other images, other techniques, or an image that decodes', async () => {
      const { catalog } = await setUp();
      const letter = await deadImage(catalog, 2);
      await catalog.addOutcomes([
        newOutcome(id(1), 'dead', { facts: [{ ...id(1), fact: DECODES }] }),
        newOutcome(id(2), 'dead', { technique: 'mse@1', deadLetter: deadLetter({ image: id(2), technique: 'mse@1' }) }),
      ]);
      await catalog.replayImages([letter.id], AT);
      expect((await letters(catalog)).map((each) => each.replayedAt)).toEqual([AT, null, null]);
      expect((await catalog.outcomes(L2, [id(1)])).map((outcome) => outcome?.kind)).toEqual(['dead']);
      expect((await catalog.outcomes('mse@1', [id(2)])).map((outcome) => outcome?.kind)).toEqual(['dead']);
      await catalog.replayImages([2], AT);
      expect((await catalog.images([id(1)]))[0]?.fact).toEqual(DECODES);
    });

    it.each(['unchanged', 'changed'] as const)(
      'with an outcome that is %s removes its dead letter: the outcome and the position stay',
      async (kind) => {
        const { catalog } = await setUp();
        await catalog.setThreshold(L2, levels(0));
        await addReadyImages(catalog, 2);
        const outcome = newOutcome(id(2), kind, { facts: [{ ...id(2), fact: TOO_LARGE }] });
        const [written] = await catalog.addOutcomes([outcome]);
        await makeEventsReady(catalog, [1]);
        await publishAt(catalog, [{ ...id(2), position: positionAt(1) }]);
        await catalog.addDeadLetters([
          deadLetter({ image: id(2), technique: L2, event: written?.event?.number ?? null }),
          deadLetter({ image: id(2), technique: 'mse@1' }),
        ]);
        const before = await catalog.outcomes(L2, [id(2)]);
        await catalog.replayImages([1], AT);
        expect((await letters(catalog)).map((each) => [each.id, each.replayedAt])).toEqual([[2, null]]);
        expect(await catalog.outcomes(L2, [id(2)])).toEqual(before);
        expect(await catalog.images([id(2)])).toMatchObject([{ position: positionAt(1), fact: TOO_LARGE }]);
      },
    );

    it('whose event is pending opens it again: it keeps its outcome and its event', async () => {
      const { catalog } = await setUp();
      await catalog.setThreshold(L2, levels(0));
      await addReadyImages(catalog, 2);
      await catalog.addOutcomes([newOutcome(id(2), 'changed')]);
      await publishAt(catalog, [{ ...id(2), position: positionAt(1) }]);
      await catalog.addDeadLetters([deadLetter({ image: id(2), technique: L2, event: 1 })]);
      await catalog.replayImages([1], AT);
      expect((await letters(catalog)).map((each) => each.replayedAt)).toEqual([AT]);
      expect(await catalog.outcomes(L2, [id(2)])).toMatchObject([{ event: { number: 1, state: 'pending' } }]);
      expect((await catalog.images([id(2)]))[0]?.position).toBeNull();
    });

    it('marks once: repeated, it keeps the position of the new message', async () => {
      const { catalog } = await setUp();
      const { id: letter } = await deadImage(catalog);
      await catalog.replayImages([letter], AT);
      await publishAt(catalog, [{ ...id(1), position: positionAt(8) }]);
      await catalog.replayImages([letter, 99], '2027-01-01T00:00:00.000Z');
      expect((await catalog.images([id(1)]))[0]?.position).toEqual(positionAt(8));
      expect((await letters(catalog)).map((each) => each.replayedAt)).toEqual([AT]);
    });

    it('ignores dead letters of the alert stage and of messages alone', async () => {
      const { catalog } = await setUp();
      await deadEvent(catalog);
      await publishAt(catalog, [{ ...id(2), position: positionAt(2) }]);
      await catalog.addDeadLetters([deadLetter({ position: positionAt(1) })]);
      await catalog.replayImages([1, 2], AT);
      expect((await letters(catalog)).map((each) => each.replayedAt)).toEqual([null, null]);
      expect((await catalog.images([id(2)]))[0]?.position).toEqual(positionAt(2));
    });

    it('ends with the new outcome, which removes the dead letter', async () => {
      const { catalog } = await setUp();
      const letter = await deadImage(catalog, 2);
      await catalog.replayImages([letter.id], AT);
      const [written] = await catalog.addOutcomes([
        newOutcome(id(2), 'changed', { facts: [{ ...id(2), fact: DECODES }] }),
      ]);
      expect(written).toMatchObject({ kind: 'changed', event: { number: 1 } });
      expect(await letters(catalog)).toEqual([]);
      expect((await catalog.images([id(2)]))[0]?.fact).toEqual(DECODES);
    });

    it('can end with another dead letter, which is unmarked', async () => {
      const { catalog } = await setUp();
      const letter = await deadImage(catalog);
      await catalog.replayImages([letter.id], AT);
      const again = deadLetter({ image: id(1), technique: L2, position: positionAt(8), detail: 'again' });
      await catalog.addOutcomes([newOutcome(id(1), 'dead', { deadLetter: again })]);
      expect(await letters(catalog)).toEqual([{ ...again, id: letter.id + 1, replayedAt: null, droppedAt: null }]);
      expect((await auditOf(catalog, L2)).faults).toEqual([]);
    });

    it('ends when the same message fails again', async () => {
      const { catalog } = await setUp();
      const letter = deadLetter({ image: id(1), technique: L2, position: positionAt(1) });
      await catalog.setThreshold(L2, levels(0));
      await addReadyImages(catalog, 1);
      await catalog.addDeadLetters([letter]);
      await catalog.replayImages([1], AT);
      await catalog.addDeadLetters([letter]);
      expect((await letters(catalog)).map((each) => [each.id, each.replayedAt])).toEqual([[2, null]]);
    });
  });

  describe('the replay of an event', () => {
    const again = positionAt(5, { topic: 'image_event_alert' });

    it('marks its dead letter, records the new position, and opens the event', async () => {
      const { catalog } = await setUp();
      const letter = await deadEvent(catalog);
      expect((await auditOf(catalog, L2)).openEvents).toEqual([]);
      expect(await catalog.tally(L2, { stream: 'default', first: 2, last: 2 })).toMatchObject({ deadLetters: 1 });
      await catalog.replayEvents([{ id: letter.id, position: again }], AT);
      expect(await letters(catalog)).toEqual([{ ...letter, replayedAt: AT }]);
      expect((await auditOf(catalog, L2)).openEvents).toEqual([
        { number: 1, technique: L2, image: id(2), position: again },
      ]);
      expect(await catalog.firstOpen(L2, { stream: 'default', first: 2, last: 2 })).toBe(2);
      expect(await catalog.tally(L2, { stream: 'default', first: 2, last: 2 })).toMatchObject({ deadLetters: 0 });
    });

    it('marks once, and only dead letters of the alert stage', async () => {
      const { catalog } = await setUp();
      const letter = await deadEvent(catalog);
      await catalog.addDeadLetters([deadLetter({ image: id(2), technique: L2, event: 1 })]);
      await catalog.replayEvents([{ id: 2, position: again }], AT);
      expect((await catalog.events([1]))[0]?.position).toEqual(EVENT_PLACE);
      await catalog.replayEvents([{ id: letter.id, position: again }], AT);
      await catalog.replayEvents([{ id: letter.id, position: positionAt(9) }], '2027-01-01T00:00:00.000Z');
      expect((await catalog.events([1]))[0]?.position).toEqual(again);
      expect((await letters(catalog)).map((each) => each.replayedAt)).toEqual([AT, null]);
    });

    it('ends with the ready alert, which removes the dead letter, marked or not', async () => {
      const { catalog } = await setUp();
      await deadEvent(catalog);
      const others = [deadLetter({ stage: 'alert', event: 2 }), deadLetter({ image: id(2), technique: L2, event: 1 })];
      await catalog.addDeadLetters(others);
      await catalog.addAlerts([newAlert(1)]);
      await catalog.markAlertsReady([1]);
      expect((await letters(catalog)).map((each) => each.id)).toEqual([2, 3]);
    });

    it('can end with another dead letter, which is unmarked and closes the event', async () => {
      const { catalog } = await setUp();
      const { id: marked, replayedAt: _, droppedAt: __, ...letter } = await deadEvent(catalog);
      await catalog.replayEvents([{ id: marked, position: again }], AT);
      await catalog.addDeadLetters([{ ...letter, position: again }]);
      expect((await letters(catalog)).map((each) => [each.id, each.replayedAt])).toEqual([[2, null]]);
      expect((await auditOf(catalog, L2)).openEvents).toEqual([]);
      await catalog.replayEvents([{ id: marked, position: again }], AT);
      expect((await letters(catalog)).map((each) => each.replayedAt)).toEqual([null]);
    });
  });
}
