import { MESSAGE_TYPES } from '../../../src/domain/json/messages.ts';
import { fillBlocks } from './blocks.ts';
import { fieldTable } from './fields.ts';

/** `docs/reference/messages.md`: the fields of each type of message. */
export function messagesPage(page: string): string {
  const tables = Object.entries(MESSAGE_TYPES).map(([type, shape]) => [
    type,
    fieldTable(shape, `field of \`${type}\``),
  ]);
  return fillBlocks(page, new Map(tables as [string, string][]));
}
