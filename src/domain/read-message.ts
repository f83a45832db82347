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
  const pipelineId = sourceOf(message);
  if (pipelineId === undefined) {
    throw bad(`ce_source is ${quoted(headers['ce_source'])}, not ${SOURCE} and the UUID of a pipeline`);
  }
  const parsed = MESSAGE_TYPES[type].safeParse(parseJson(message.value));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw bad(`${issue?.path.join('.') || 'data'}: ${issue?.message ?? 'invalid'}`);
  }
  return { pipelineId, data: parsed.data as MessageData<T> };
}

/** The id of the pipeline that published a message; undefined if it is not a message of a pipeline. */
export function pipelineOf(message: Message): string | undefined {
  const { ce_specversion: version, ce_type: type = '' } = message.headers;
  return version === '1.0' && Object.hasOwn(MESSAGE_TYPES, type) ? sourceOf(message) : undefined;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function sourceOf({ headers }: Message): string | undefined {
  const source = headers['ce_source'];
  if (source === undefined || !source.startsWith(SOURCE)) return undefined;
  const id = source.slice(SOURCE.length);
  return UUID.test(id) ? id : undefined;
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
