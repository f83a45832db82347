import { z } from 'zod';
import { MESSAGE_TYPES, type MessageType } from '../src/domain/json/messages.ts';

/** The JSON Schema of each type of message, by the name of its file. Fields that a later version adds are allowed. */
export function jsonSchemas(): Map<string, string> {
  return new Map(
    Object.entries(MESSAGE_TYPES).map(([type, data]) => [
      fileOf(type as MessageType),
      textOf(type as MessageType, data),
    ]),
  );
}

/** The file of a type's schema. */
export function fileOf(type: MessageType): string {
  return `${type}.json`;
}

function textOf(type: MessageType, data: z.ZodType): string {
  const { $schema, ...schema } = z.toJSONSchema(data, { io: 'input' });
  return `${JSON.stringify({ $schema, title: type, ...schema }, null, 2)}\n`;
}
