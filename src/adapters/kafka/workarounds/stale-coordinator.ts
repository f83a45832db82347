import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';

/** The event of kafkajs' consumers that says, with this, that the group's coordinator does not answer. */
const DISCONNECT = 'consumer.disconnect';

/**
 * kafkajs 2.2.4 looks for its group's coordinator only when it joins, and then keeps to that broker: where the broker
 * dies and another takes the group over, it goes on asking the dead one. With this, a heartbeat or a commit that gets no
 * answer is taken as the answer that the coordinator is another: kafkajs joins again, and looks for it. It keeps its
 * membership by that.
 */
export function followCoordinator(): void {
  const group: Mendable = ConsumerGroup.prototype;
  if (group[MENDED]) return;
  const { heartbeat, commitOffsets } = group;
  Object.assign(group, {
    [MENDED]: true,
    async heartbeat(this: Mendable, options: { readonly interval: number }) {
      await heartbeat.call(this, options).catch((error) => lookAgain(this, error));
    },
    async commitOffsets(this: Mendable, offsets: unknown) {
      await commitOffsets.call(this, offsets).catch((error) => lookAgain(this, error));
    },
  });
}

const MENDED = Symbol('follows its coordinator');

type Mendable = (typeof ConsumerGroup)['prototype'] & { readonly [MENDED]?: true };

/** What a broker has answered, an error with a type, comes out as it is. */
function lookAgain({ instrumentationEmitter }: Mendable, error: unknown): never {
  if (error instanceof Error && 'type' in error && error.type !== undefined) throw error;
  instrumentationEmitter.emit(DISCONNECT);
  const message = error instanceof Error ? error.message : String(error);
  throw Object.assign(new Error(message, { cause: error }), {
    name: 'KafkaJSProtocolError',
    type: 'NOT_COORDINATOR_FOR_GROUP',
    retriable: true,
  });
}
