import type { MessageData, MessageType } from './json/messages.ts';
import type { Message } from './message.ts';
import { eventTextKey, imageKey } from './object-keys.ts';
import type { EventRecord, ImageRecord, NewDeadLetter } from './records.ts';
import { techniqueName } from './technique-id.ts';

export type { MessageData, MessageType } from './json/messages.ts';

/** The topics, named as the reference names them, each with a topic of its dead letters. */
export const TOPICS = {
  imageAnalysis: 'image_analysis',
  imageAnalysisDead: 'image_analysis_dead',
  imageEventAlert: 'image_event_alert',
  imageEventAlertDead: 'image_event_alert_dead',
} as const;

/** The consumer group of the alert stage. */
export const ALERT_GROUP = 'image_event_alert_group';

const ANALYSIS_GROUP = 'image_analysis_group';

/** The consumer group of a technique, whatever its version. Each name has its own, so that a new technique reads all past images. The group of `l2` has the reference's name. */
export function consumerGroup(technique: string): string {
  const name = techniqueName(technique);
  return name === 'l2' ? ANALYSIS_GROUP : `${ANALYSIS_GROUP}.${name}`;
}

export type { Message };

/** `imgpipe.image.received.v1`: an image was received and stored. */
export function imageReceivedMessage(pipelineId: string, image: ImageRecord): Message {
  return cloudEvent('imgpipe.image.received.v1', pipelineId, {
    key: image.stream,
    id: `${image.stream}/${image.number}`,
    time: image.receivedAt,
    data: {
      image_num: image.number,
      stream: image.stream,
      image_db_path: imageKey(image),
      sha256: image.sha256,
      previous_image_num: image.number === 1 ? null : image.number - 1,
    },
  });
}

/** `imgpipe.image.event.v1`: an image differs from its reference. */
export function imageEventMessage(pipelineId: string, event: EventRecord): Message {
  return cloudEvent('imgpipe.image.event.v1', pipelineId, {
    key: event.image.stream,
    id: `event/${event.number}`,
    time: event.analyzedAt,
    data: {
      image_event_num: event.number,
      image_event_db_path: `${event.base}/${eventTextKey(event)}`,
      stream: event.image.stream,
      image_num: event.image.number,
      technique: event.technique,
      kind: event.kind,
      measurement: event.measurement,
    },
  });
}

/** Limits in characters on text of unknown length, so that brokers accept the message. */
const MAX_VALUE = 65_536;
const MAX_DETAIL = 4096;
const MAX_KEY = 64;
const MAX_SHORT_DETAIL = 200;

/** `imgpipe.dead.letter.v1`: a copy of a dead letter. */
export function deadLetterMessage(pipelineId: string, letter: NewDeadLetter): Message {
  const { position, image, message } = letter;
  return cloudEvent('imgpipe.dead.letter.v1', pipelineId, {
    key: image?.stream ?? (message?.key ?? '').slice(0, MAX_KEY),
    // A dead letter that is published twice keeps its id.
    id:
      position === null ? `${letter.stage}/${letter.at}` : `${position.topic}/${position.partition}/${position.offset}`,
    time: letter.at,
    data: {
      stage: letter.stage,
      reason: letter.reason,
      detail: letter.detail.slice(0, MAX_DETAIL),
      attempts: letter.attempts,
      topic: position?.topic ?? null,
      partition: position?.partition ?? null,
      offset: position?.offset ?? null,
      stream: image?.stream ?? null,
      image_num: image?.number ?? null,
      technique: letter.technique,
      image_event_num: letter.event,
      value: message?.value.slice(0, MAX_VALUE) ?? null,
    },
  });
}

/** A copy of a dead letter without the message, and with a short detail, for a topic that does not take the whole copy. */
export function shortenedCopy(copy: Message): Message {
  const data = JSON.parse(copy.value) as MessageData<'imgpipe.dead.letter.v1'>;
  return { ...copy, value: JSON.stringify({ ...data, detail: data.detail.slice(0, MAX_SHORT_DETAIL), value: null }) };
}

/** `ce_source` is this and the pipeline's id. */
export const SOURCE = 'urn:uuid:';

interface EventParts<T extends MessageType> {
  readonly key: string;
  readonly id: string;
  readonly time: string;
  readonly data: MessageData<T>;
}

function cloudEvent<T extends MessageType>(
  type: T,
  pipelineId: string,
  { key, id, time, data }: EventParts<T>,
): Message {
  return {
    key,
    headers: {
      ce_specversion: '1.0',
      ce_id: id,
      ce_type: type,
      ce_source: SOURCE + pipelineId,
      ce_time: time,
      'content-type': 'application/json',
    },
    value: JSON.stringify(data),
  };
}
