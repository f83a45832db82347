import type { ImgpipeError } from '../../domain/errors.ts';
import type { NoticeLine } from '../../domain/json/notice-lines.ts';
import type { ResultLine } from '../../domain/json/result-lines.ts';
import type { ImageId } from '../../domain/records.ts';
import type { Report } from '../../domain/reports.ts';
import { deadLetterLineJson } from './dead-letters.ts';
import { alertJson, imageJson, type Locate, outcomeJson } from './result-lines.ts';

/** The line of any report: a result or a notice. */
export function reportJson(report: Report, locate: Locate): ResultLine | NoticeLine {
  switch (report.kind) {
    case 'image':
      return imageJson(report.image, locate);
    case 'outcome':
      return outcomeJson(report, locate);
    case 'alert':
      return alertJson(report, locate);
    default:
      return noticeJson(report);
  }
}

function noticeJson(report: Exclude<Report, { kind: ResultLine['type'] }>): NoticeLine {
  switch (report.kind) {
    case 'rejected':
      return { type: report.kind, origin: report.origin, error: errorJson(report.error) };
    case 'skipped':
      return {
        type: report.kind,
        origin: report.origin,
        image: report.image,
        ...(report.movedFrom !== undefined && { moved_from: report.movedFrom }),
      };
    case 'not_taken':
      return { type: report.kind, folder: report.folder, files: report.files, endings: [...report.endings] };
    case 'dead_letter': {
      const head = { ...report.letter, id: 0, replayedAt: null, droppedAt: null };
      const { id: _id, replayed_at: _replayed, dropped_at: _dropped, ...line } = deadLetterLineJson(head);
      return { type: report.kind, ...line, origin: report.origin ?? null };
    }
    case 'odd_picture':
      return { type: report.kind, ...imageIdJson(report.image), note: report.note };
    case 'broker_notice':
      return { type: report.kind, text: report.text };
    case 'recovered':
      return { type: report.kind, stream: report.stream, images: report.images };
    case 'recovered_events':
      return { type: report.kind, events: report.events };
    case 'technique_idle':
      return { type: report.kind, technique: report.technique };
    case 'bus_changed':
      return { type: report.kind, address: report.address, id: report.id, before: report.before };
    case 'withdrawn':
      return { type: report.kind, stream: report.stream, images: report.images };
    case 'no_outcome':
      return { type: report.kind, ...imageIdJson(report.image), publications: report.publications };
    case 'moved':
      return { type: report.kind, from: report.from, to: report.to, as_copy: report.asCopy };
    case 'waiting':
      return { type: report.kind, stage: report.stage, error: errorJson(report.error) };
    case 'resumed':
      return { type: report.kind, stage: report.stage, after_ms: Math.round(report.afterMs) };
    case 'standing_by':
      return { type: report.kind, stage: report.stage, holder: report.holder ?? null };
    case 'lock_lost':
      return { type: report.kind, stage: report.stage, lock: report.lock };
    case 'working': {
      const { stage, share } = report;
      return {
        type: report.kind,
        stage,
        partitions: share === undefined ? null : [...share.partitions],
        partition_count: share?.of ?? null,
      };
    }
    case 'joining':
      return { type: report.kind, stage: report.stage, gives_up_after_ms: Math.round(report.givesUpAfterMs) };
    case 'skipped_former':
    case 'skipped_stale':
    case 'rebalancing':
      return { type: report.kind, stage: report.stage };
  }
}

function imageIdJson({ stream, number }: ImageId) {
  return { stream, image: number };
}

function errorJson({ code, message }: ImgpipeError) {
  return { code, message };
}
