import { escapeText } from '../domain/escape.ts';
import { type DeadLetterRecord, imageName } from '../domain/records.ts';

/** The number of characters shown of a text; `--json` has all of it. */
const MAX_SHOWN = 2000;

/** A dead letter as lines of text. Text from outside is escaped. */
export function deadLetterLines(letter: DeadLetterRecord): string[] {
  const { position, image, message } = letter;
  const replayed = letter.replayedAt === null ? [] : [`Replayed:     ${letter.replayedAt}, not handled yet`];
  return [
    `Dead letter:  ${letter.id}, of ${letter.at}`,
    `Stage:        ${letter.stage}`,
    `Reason:       ${letter.reason}`,
    `Detail:       ${shown(letter.detail)}`,
    `Attempts:     ${letter.attempts}`,
    ...replayed,
    ...(letter.droppedAt === null ? [] : [`Dropped:      ${letter.droppedAt}`]),
    ...(image === null ? [] : [`Image:        ${imageName(image)}`]),
    ...(letter.technique === null ? [] : [`Technique:    ${letter.technique}`]),
    ...(letter.event === null ? [] : [`Event:        ${letter.event}`]),
    ...(position === null
      ? []
      : [`Message:      ${position.topic}/${position.partition}/${position.offset} on ${position.bus}`]),
    ...(message === null
      ? ['Value:        not kept']
      : [
          `Key:          ${shown(message.key)}`,
          ...Object.entries(message.headers).map(([name, value]) => `Header:       ${shown(name)}: ${shown(value)}`),
          `Value:        ${shown(message.value)}`,
        ]),
    ...(letter.stack === null ? [] : letter.stack.split('\n').map((line) => `Stack:        ${shown(line)}`)),
  ];
}

function shown(text: string): string {
  if (text.length <= MAX_SHOWN) return escapeText(text);
  return `${escapeText(text.slice(0, MAX_SHOWN))}… and ${text.length - MAX_SHOWN} more characters`;
}
