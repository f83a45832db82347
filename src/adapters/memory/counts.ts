import { notesOf, OUTCOME_KINDS, type OutcomeKind } from '../../domain/records.ts';
import { sameThreshold } from '../../domain/threshold.ts';
import type { Counts, JudgedCounts, StreamCounts, TechniqueCounts } from '../../ports/catalog/audit.ts';
import { type AlertDelays, DELAY_BOUNDS } from '../../ports/catalog/browsing.ts';
import { openEvents, openImages } from './open-rows.ts';
import { compareImages, compareText, imageAt, type OutcomeRow, pendingImages, type Tables } from './tables.ts';
import { keyOf } from './technique-keys.ts';

/** See `AuditCatalog.counts`. */
export function countsOf(tables: Tables): Counts {
  const open = openImages(tables);
  const openIds = new Map(open.map(({ image }) => [`${image.stream} ${image.number}`, image]));
  const streams = streamCounts(tables);
  const dropped = [...tables.deadLetters.values()].filter(({ droppedAt }) => droppedAt !== null).length;
  return {
    images: streams.reduce((sum, { images }) => sum + images, 0),
    events: tables.pipeline.lastEvent,
    alerts: tables.readyOrder.length,
    deadLetters: tables.deadLetters.size - dropped,
    droppedLetters: dropped,
    discardedLetters: tables.discardedLetters,
    oddImages: [...tables.images.values()].reduce(
      (sum, images) => sum + [...images.values()].filter((image) => notesOf(image).length > 0).length,
      0,
    ),
    openImages: openIds.size,
    unpublished: [...openIds.values()].filter((id) => imageAt(tables, id)?.position === null).length,
    openEvents: openEvents(tables).length,
    oldestOpen: oldestOf([...openIds.values()].flatMap((id) => imageAt(tables, id) ?? [])),
    streams,
    techniques: techniqueCounts(
      tables,
      open.map(({ technique }) => technique),
    ),
    delays: delaysOf(tables.delays),
  };
}

function streamCounts(tables: Tables): StreamCounts[] {
  const { lastNumbers, events } = tables;
  const eventStreams = [...events.values()].map(({ image }) => image.stream);
  return [...lastNumbers]
    .filter(([, lastNumber]) => lastNumber > 0)
    .map(([stream, lastNumber]) => {
      const count = eventStreams.filter((each) => each === stream).length;
      return { stream, images: lastNumber - pendingImages(tables, stream).length, events: count, lastNumber };
    })
    .sort((a, b) => compareText(a.stream, b.stream));
}

function techniqueCounts(tables: Tables, open: readonly (string | null)[]): TechniqueCounts[] {
  const { thresholds, inForce, idle, outcomes } = tables;
  return [...thresholds]
    .map(([key, threshold]) => {
      const rows = [...outcomes.values()].filter((each) => keyOf(tables, each.technique) === key);
      return {
        technique: inForce.get(key) ?? key,
        threshold,
        idle: idle.has(key),
        outcomes: outcomeCounts(rows),
        judged: judgedCounts(rows),
        open: open.filter((each) => each === key).length,
      };
    })
    .sort((a, b) => compareText(a.technique, b.technique));
}

function outcomeCounts(rows: readonly OutcomeRow[]): Record<OutcomeKind, number> {
  const count = (kind: OutcomeKind) => [kind, rows.filter((each) => each.kind === kind).length];
  return Object.fromEntries(OUTCOME_KINDS.map(count)) as Record<OutcomeKind, number>;
}

function judgedCounts(rows: readonly OutcomeRow[]): JudgedCounts[] {
  const isSame = (a: OutcomeRow, b: OutcomeRow) =>
    a.technique === b.technique && sameThreshold(a.threshold, b.threshold);
  return rows
    .filter((row, index) => rows.findIndex((each) => isSame(each, row)) === index)
    .sort(({ threshold: a, technique: x }, { threshold: b, technique: y }) => {
      return a.value - b.value || compareText(a.unit, b.unit) || compareText(x, y);
    })
    .map((row) => ({
      technique: row.technique,
      threshold: row.threshold,
      outcomes: outcomeCounts(rows.filter((each) => isSame(each, row))),
    }));
}

function oldestOf(images: readonly { stream: string; number: number; receivedAt: string }[]): Counts['oldestOpen'] {
  const [oldest] = [...images].sort((a, b) => compareText(a.receivedAt, b.receivedAt) || compareImages(a, b));
  if (oldest === undefined) return null;
  return { stream: oldest.stream, number: oldest.number, receivedAt: oldest.receivedAt };
}

function delaysOf(delays: readonly number[]): AlertDelays {
  return {
    buckets: DELAY_BOUNDS.map((atMost) => ({ atMost, count: delays.filter((ms) => ms / 1000 <= atMost).length })),
    sum: delays.reduce((sum, ms) => sum + ms, 0) / 1000,
  };
}
