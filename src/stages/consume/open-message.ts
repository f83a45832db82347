import { ImgpipeError } from '../../domain/errors.ts';
import type { MessageData, MessageType } from '../../domain/messages.ts';
import { readMessage } from '../../domain/read-message.ts';
import type { PipelineIdentity } from '../../ports/catalog/pipeline.ts';
import type { ReceivedMessage } from '../../ports/event-bus.ts';

/** A parsed message of this pipeline. `data` is undefined for a message from before the last `clean`: skip it. */
export type OpenedMessage<T extends MessageType> =
  | { readonly message: ReceivedMessage; readonly data: MessageData<T> }
  | { readonly message: ReceivedMessage; readonly data: undefined };

/** Parses a message. Throws `bad_message`, or `foreign_message` for another pipeline's message, which stops the stage. */
export function openMessage<T extends MessageType>(
  type: T,
  message: ReceivedMessage,
  pipeline: Pick<PipelineIdentity, 'pipelineId' | 'formerIds'>,
): OpenedMessage<T> {
  const { pipelineId, data } = readMessage(type, message);
  if (pipelineId === pipeline.pipelineId) return { message, data };
  if (pipeline.formerIds.includes(pipelineId)) return { message, data: undefined };
  throw new ImgpipeError(
    'foreign_message',
    `topic ${message.position.topic} contains a message of pipeline ${pipelineId}, but this is pipeline ${pipeline.pipelineId}: give each pipeline its own prefix (--topic-prefix)`,
  );
}
