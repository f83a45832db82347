import type { Admin } from 'kafkajs';
import { ImgpipeError } from '../../domain/errors.ts';
import { TOPICS } from '../../domain/messages.ts';
import type { EventBus, OpenBusOptions } from '../../ports/event-bus.ts';
import { createAdminClient } from './admin/admin-client.ts';
import { checkTopics } from './admin/topic-settings.ts';
import { createTopics } from './admin/topics.ts';
import { isUnknownAdvertised } from './errors.ts';
import { createKafkaBus } from './event-bus.ts';
import { addressOf, type KafkaOptions } from './options.ts';

/** Connects to a cluster and opens the bus on it. The bus id is the cluster id with the prefix, by which a catalog recognizes its bus. */
export async function openKafkaBus(options: KafkaOptions, { create, onNotice }: OpenBusOptions): Promise<EventBus> {
  // One try for each configured broker; the caller retries.
  const client = createAdminClient(options, options.hosts.length);
  const { prefix, brokerTimeout } = options;
  try {
    const { clusterId, notices } = await client.call((admin) => prepare(admin, options, create), {
      silenceMs: brokerTimeout,
    });
    for (const notice of notices) onNotice?.(notice);
    return createKafkaBus(options, `kafka:${clusterId}${prefix && `/${prefix}`}`);
  } catch (error) {
    // Later that can be a broker that is being replaced. At the start it is a setting, which no retry changes.
    if (!(error instanceof ImgpipeError) || !isUnknownAdvertised(error.cause, addressOf(options))) throw error;
    throw new ImgpipeError('broker_refused', error.message, { cause: error.cause });
  } finally {
    await client.close();
  }
}

async function prepare(admin: Admin, options: KafkaOptions, create: boolean) {
  const { clusterId } = await admin.describeCluster();
  if (!create) return { clusterId, notices: [] };
  const names = Object.values(TOPICS).map((topic) => options.prefix + topic);
  const existing = await createTopics(admin, names, options);
  return { clusterId, notices: await checkTopics(admin, existing, options) };
}
