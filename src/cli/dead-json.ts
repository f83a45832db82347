import type { DeadLetterHead, DeadLetterRecord } from '../domain/records.ts';
import type { Replayed } from '../operations/replay.ts';

/** A line of `dead list --json`. */
export function deadLetterLineJson(letter: DeadLetterHead): object {
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
  };
}

/** `dead show --json`: the message whole; headers as a list, for their names are anybody's. */
export function deadLetterJson(letter: DeadLetterRecord): object {
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
export function replayedJson(replayed: Replayed): object {
  const { letter, how } = replayed;
  return {
    id: letter.id,
    how,
    holder: how === 'left' ? replayed.holder : null,
    stream: letter.image?.stream ?? null,
    image: letter.image?.number ?? null,
    event: letter.event,
    topic: letter.position?.topic ?? null,
    partition: letter.position?.partition ?? null,
    offset: letter.position?.offset ?? null,
  };
}
