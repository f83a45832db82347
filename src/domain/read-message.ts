import { ImgpipeError } from './errors.ts';
import { MESSAGE_TYPES, type MessageData, type MessageType } from './json/messages.ts';
import { type Message, SOURCE } from './messages.ts';

/** The data of a message of this type, and the id of its pipeline. Throws `bad_message`. */
export function readMessage<T extends MessageType>(
  type: T,
  message: Message,
): { pipelineId: string; data: MessageData<T> } {
  const { headers } = message;
  if (headers['ce_specversion'] !== '1.0') throw bad(`ce_specversion is ${quoted(headers['ce_specversion'])}, not 1.0`);
  if (headers['ce_type'] !== type) throw bad(`ce_type is ${quoted(headers['ce_type'])}, not ${type}`);
  const source = headers['ce_source'];
  if (source === undefined || !source.startsWith(SOURCE)) throw bad(`ce_source is ${quoted(source)}, not ${SOURCE}…`);
  const parsed = MESSAGE_TYPES[type].safeParse(parseJson(message.value));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw bad(`${issue?.path.join('.') || 'data'}: ${issue?.message ?? 'invalid'}`);
  }
  return { pipelineId: source.slice(SOURCE.length), data: parsed.data as MessageData<T> };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ImgpipeError('bad_message', `the message is not JSON: ${(error as Error).message}`, { cause: error });
  }
}

function bad(what: string): ImgpipeError {
  return new ImgpipeError('bad_message', `the message cannot be read: ${what}`);
}

function quoted(value: string | undefined): string {
  return value === undefined ? 'missing' : JSON.stringify(value);
}
