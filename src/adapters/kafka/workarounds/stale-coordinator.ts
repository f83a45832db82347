import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';
import { patchOnce } from './patch-once.ts';

/** The event by which consumers report, with this patch, that the group coordinator does not respond. */
const DISCONNECT = 'consumer.disconnect';

/**
 * Defect of kafkajs 2.2.4: a consumer looks up its group coordinator only when it joins. When that broker dies and
 * another becomes the coordinator, the consumer keeps sending to the dead one. The patch turns a heartbeat or commit that
 * gets no response into NOT_COORDINATOR_FOR_GROUP: kafkajs then joins again, which looks up the coordinator, and keeps its
 * membership.
 */
export function patchStaleCoordinator(): void {
  patchOnce(ConsumerGroup.prototype, ({ heartbeat, commitOffsets }) => ({
    async heartbeat(options) {
      await heartbeat.call(this, options).catch((error) => rejoin(this, error));
    },
    async commitOffsets(offsets) {
      await commitOffsets.call(this, offsets).catch((error) => rejoin(this, error));
    },
  }));
}

type Group = (typeof ConsumerGroup)['prototype'];

/** An error with a type is a response of the broker and stays as it is. */
function rejoin({ instrumentationEmitter }: Group, error: unknown): never {
  if (error instanceof Error && 'type' in error && error.type !== undefined) throw error;
  instrumentationEmitter.emit(DISCONNECT);
  const message = error instanceof Error ? error.message : String(error);
  throw Object.assign(new Error(message, { cause: error }), {
    name: 'KafkaJSProtocolError',
    type: 'NOT_COORDINATOR_FOR_GROUP',
    retriable: true,
  });
}
