import type { TimelineJson } from '../../domain/json/api.ts';
import type { Timeline } from '../browse.ts';
import { thresholdJson } from './fields.ts';

/** `/api/streams/{stream}`. */
export function timelineJson({ stream, technique, points }: Timeline): TimelineJson {
  return {
    stream,
    technique,
    points: points.map((point) => ({
      image: point.number,
      received_at: point.receivedAt,
      captured_at: point.capturedAt,
      outcome: point.kind,
      measurement: point.measurement,
      ...thresholdJson(point),
      alert: point.alert,
    })),
  };
}
