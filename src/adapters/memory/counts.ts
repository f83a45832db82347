import { OUTCOME_KINDS, type OutcomeKind } from '../../domain/records.ts';
import type { Counts, StreamCounts, TechniqueCounts } from '../../ports/catalog/audit.ts';
import { type AlertDelays, DELAY_BOUNDS } from '../../ports/catalog/browsing.ts';
import { openEvents, openImages } from './open-rows.ts';
import { compareImages, compareText, imageAt, type Tables } from './tables.ts';

/** See `AuditCatalog.counts`. */
export function countsOf(tables: Tables): Counts {
  const open = openImages(tables);
  const openIds = new Map(open.map(({ image }) => [`${image.stream} ${image.number}`, image]));
  const streams = streamCounts(tables);
  return {
    images: streams.reduce((sum, { images }) => sum + images, 0),
    events: tables.pipeline.lastEvent,
    alerts: tables.readyOrder.length,
    deadLetters: tables.deadLetters.size,
    openImages: openIds.size,
    unpublished: [...tables.unpublished.values()].reduce((sum, numbers) => sum + numbers.size, 0),
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

function streamCounts({ lastNumbers, events }: Tables): StreamCounts[] {
  const eventStreams = [...events.values()].map(({ image }) => image.stream);
  return [...lastNumbers]
    .map(([stream, lastNumber]) => {
      const count = eventStreams.filter((each) => each === stream).length;
      return { stream, images: lastNumber, events: count, lastNumber };
    })
    .sort((a, b) => compareText(a.stream, b.stream));
}

function techniqueCounts({ thresholds, outcomes }: Tables, open: readonly (string | null)[]): TechniqueCounts[] {
  return [...thresholds]
    .map(([technique, threshold]) => {
      const kinds = [...outcomes.values()].flatMap((each) => (each.technique === technique ? [each.kind] : []));
      const count = (kind: OutcomeKind) => [kind, kinds.filter((each) => each === kind).length];
      return {
        technique,
        threshold,
        outcomes: Object.fromEntries(OUTCOME_KINDS.map(count)) as Record<OutcomeKind, number>,
        open: open.filter((each) => each === technique).length,
      };
    })
    .sort((a, b) => compareText(a.technique, b.technique));
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
