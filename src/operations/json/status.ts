import type { LivenessJson, StatusJson } from '../../domain/json/status.ts';
import type { Liveness } from '../alive.ts';
import type { GroupLag } from '../lag.ts';
import type { Status } from '../status.ts';
import { thresholdJson } from './fields.ts';

/** `status --json`. */
export function statusJson(status: Status): StatusJson {
  return {
    pipeline_id: status.pipelineId,
    data: status.data,
    images: status.images,
    analyzed: status.analyzed,
    events: status.events,
    alerts: status.alerts,
    dead_letters: status.deadLetters,
    dead_letters_dropped: status.droppedLetters,
    dead_letters_discarded: status.discardedLetters,
    odd_images: status.oddImages,
    waiting: status.waiting,
    republished: status.republished,
    unpublished: status.unpublished,
    oldest_open: oldestJson(status),
    lost: status.lost,
    lost_keys: status.faults.map(({ key }) => key),
    faults: status.faults.map(({ key, what }) => ({ key, what })),
    balanced: status.lost === null ? null : status.lost === 0,
    catalog: { address: status.catalog.address },
    store: { address: status.store.address, reachable: status.store.unreachable === undefined },
    broker: { address: status.broker.address, reachable: status.broker.unreachable === undefined },
    groups: status.broker.groups.map(groupJson),
    notes: [...status.notes],
    techniques: status.techniques.map(({ technique, threshold, idle, outcomes, judged }) => ({
      technique,
      ...thresholdJson({ threshold }),
      idle,
      outcomes,
      judged: judged.map((each) => ({ technique: each.technique, ...thresholdJson(each), outcomes: each.outcomes })),
    })),
    streams: status.streams.map(({ stream, images, events }) => ({ stream, images, events })),
  };
}

function oldestJson({ oldestOpen }: Status): StatusJson['oldest_open'] {
  if (oldestOpen === null) return null;
  const { stream, number, receivedAt } = oldestOpen;
  return { stream, image: number, received_at: receivedAt, age_ms: Math.max(0, Date.now() - Date.parse(receivedAt)) };
}

function groupJson({ topic, group, members, lag, partitions }: GroupLag): StatusJson['groups'][number] {
  return {
    topic,
    group,
    members: [...members],
    lag,
    partitions: partitions.map(({ partition, start, end, committed, lag: behind }) => ({
      partition,
      start,
      end,
      committed,
      lag: behind,
    })),
  };
}

/** `status --alive --json`. */
export function livenessJson({ stage, host, alive, heartbeats }: Liveness): LivenessJson {
  return { stage, host, alive, heartbeats: heartbeats.map(({ process, at }) => ({ process, at })) };
}
