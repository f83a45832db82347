import { ImgpipeError } from '../domain/errors.ts';
import { TOPICS } from '../domain/messages.ts';
import { pipelineOf } from '../domain/read-message.ts';
import type { PipelineIdentity } from '../ports/catalog/pipeline.ts';
import type { EventBus } from '../ports/event-bus.ts';

type Ids = Pick<PipelineIdentity, 'pipelineId' | 'formerIds'>;
type Newest = Pick<EventBus, 'address' | 'nameOf' | 'newest'>;

/**
 * Throws `prefix_in_use` if another pipeline works on the topics: one of their newest messages is neither this
 * pipeline's nor one from before its last `clean`. Messages that name no pipeline are ignored.
 */
export async function refuseOtherPipelines(bus: Newest, pipeline: Ids): Promise<void> {
  await usesTopics(bus, pipeline);
}

/**
 * Whether the topics have messages of this pipeline, or of it before its last `clean`. Throws `prefix_in_use` if they
 * have those of another one.
 */
export async function usesTopics(bus: Newest, { pipelineId, formerIds }: Ids): Promise<boolean> {
  const own = new Set([pipelineId, ...formerIds]);
  let uses = false;
  for (const message of await bus.newest(Object.values(TOPICS))) {
    const id = pipelineOf(message);
    if (id === undefined) continue;
    if (!own.has(id)) throw inUse(bus, message.position.topic, id, pipelineId);
    uses = true;
  }
  return uses;
}

function inUse(bus: Newest, topic: string, other: string, pipelineId: string): ImgpipeError {
  return new ImgpipeError(
    'prefix_in_use',
    `topic_prefix: topic ${bus.nameOf(topic)} on ${bus.address} is used by pipeline ${other}, and this is pipeline ${pipelineId}: give each pipeline its own prefix (--topic-prefix); if that one is gone for good, delete its topics first`,
  );
}
