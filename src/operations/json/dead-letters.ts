import type { DeadLetterJson, DeadLetterLine, DropLine, ReplayLine } from '../../domain/json/dead-letters.ts';
import type { DeadLetterHead, DeadLetterRecord } from '../../domain/records.ts';
import type { Dropped } from '../drop.ts';
import type { Replayed } from '../replay.ts';

/** A line of `dead list --json`. */
export function deadLetterLineJson(letter: DeadLetterHead): DeadLetterLine {
  return {
    id: letter.id,
    at: letter.at,
    stage: letter.stage,
    reason: letter.reason,
    detail: letter.detail,
    attempts: letter.attempts,
    stream: letter.image?.stream ?? null,
    image: letter.image?.number ?? null,
    technique: letter.technique,
    event: letter.event,
    topic: letter.position?.topic ?? null,
    partition: letter.position?.partition ?? null,
    offset: letter.position?.offset ?? null,
    replayed_at: letter.replayedAt,
    dropped_at: letter.droppedAt,
  };
}

/** `dead show --json`: a dead letter with its complete message. */
export function deadLetterJson(letter: DeadLetterRecord): DeadLetterJson {
  const { message } = letter;
  return {
    ...deadLetterLineJson(letter),
    stack: letter.stack,
    key: message?.key ?? null,
    headers: Object.entries(message?.headers ?? {}).map(([name, value]) => ({ name, value })),
    value: message?.value ?? null,
    value_base64: message?.bytes === undefined ? null : Buffer.from(message.bytes).toString('base64'),
  };
}

/** A line of `dead replay --json`. */
export function replayedJson(replayed: Replayed): ReplayLine {
  const { letter, how } = replayed;
  return { id: letter.id, how, holder: how === 'left' ? replayed.holder : null, ...subjectJson(letter) };
}

/** A line of `dead drop --json`. */
export function droppedJson({ letter, how }: Dropped): DropLine {
  return { id: letter.id, how, ...subjectJson(letter) };
}

function subjectJson({ image, event, position }: DeadLetterHead) {
  return {
    stream: image?.stream ?? null,
    image: image?.number ?? null,
    event,
    topic: position?.topic ?? null,
    partition: position?.partition ?? null,
    offset: position?.offset ?? null,
  };
}
