import { ImgpipeError } from '../domain/errors.ts';
import type { MessageData, MessageType } from '../domain/messages.ts';
import { readMessage } from '../domain/read-message.ts';
import type { PipelineIdentity } from '../ports/catalog.ts';
import type { ReceivedMessage } from '../ports/event-bus.ts';

/** A message of this pipeline, read; or one from before its last `clean`, to be passed over. */
export type Opened<T extends MessageType> =
  | { readonly message: ReceivedMessage; readonly data: MessageData<T> }
  | { readonly message: ReceivedMessage; readonly data: undefined };

/** Reads a message. Throws `bad_message`; and `foreign_message` for one of another pipeline, which stops the stage. */
export function open<T extends MessageType>(
  type: T,
  message: ReceivedMessage,
  pipeline: Pick<PipelineIdentity, 'pipelineId' | 'formerIds'>,
): Opened<T> {
  const { pipelineId, data } = readMessage(type, message);
  if (pipelineId === pipeline.pipelineId) return { message, data };
  if (pipeline.formerIds.includes(pipelineId)) return { message, data: undefined };
  throw new ImgpipeError(
    'foreign_message',
    `topic ${message.position.topic} holds a message of the pipeline ${pipelineId}, and this is ${pipeline.pipelineId}: give each pipeline a prefix of its own (--topic-prefix), or start this one over with 'imgpipe clean'`,
  );
}
