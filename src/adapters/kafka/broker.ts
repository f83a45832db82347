import { ImgpipeError } from '../../domain/errors.ts';
import type { EventBus, OpenBusOptions } from '../../ports/event-bus.ts';
import { createAdminClient } from './admin/admin-client.ts';
import { checkTopics } from './admin/topic-settings.ts';
import { readBusId, topicNames } from './cluster.ts';
import { isUnknownAdvertised } from './errors.ts';
import { createKafkaBus } from './event-bus.ts';
import { addressOf, type KafkaOptions } from './options.ts';

/** Connects to a cluster and opens the bus on it. */
export async function openKafkaBus(options: KafkaOptions, { check, onNotice }: OpenBusOptions): Promise<EventBus> {
  // One try for each configured broker; the caller retries.
  const client = createAdminClient(options, options.hosts.length);
  try {
    const { id, notices } = await client.call(
      async (admin) => {
        const bus = await readBusId(admin, options);
        return { id: bus, notices: check ? await checkTopics(admin, topicNames(options), options) : [] };
      },
      { silenceMs: options.brokerTimeout },
    );
    for (const notice of notices) onNotice?.(notice);
    return createKafkaBus(options, id);
  } catch (error) {
    // Later that can be a broker that is being replaced. At the start it is a setting, which no retry changes.
    if (!(error instanceof ImgpipeError) || !isUnknownAdvertised(error.cause, addressOf(options))) throw error;
    throw new ImgpipeError('broker_refused', error.message, { cause: error.cause });
  } finally {
    await client.close();
  }
}
