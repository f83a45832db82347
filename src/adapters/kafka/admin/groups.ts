import type { Admin } from 'kafkajs';
import { ImgpipeError } from '../../../domain/errors.ts';
import { isPipelineGroup } from '../../../domain/messages.ts';

/** The names of the pipeline's groups on the broker, without the prefix. */
export async function pipelineGroups(admin: Admin, prefix: string): Promise<string[]> {
  const { groups } = await admin.listGroups();
  return groups
    .map(({ groupId }) => groupId)
    .filter((name) => name.startsWith(prefix) && isPipelineGroup(name.slice(prefix.length)))
    .map((name) => name.slice(prefix.length))
    .sort();
}

/** The members of a group, each as `client-id on host`. */
export async function membersOf(admin: Admin, group: string): Promise<string[]> {
  const { groups } = await admin.describeGroups([group]);
  return groups
    .flatMap(({ members }) => members)
    .map(({ clientId, clientHost }) => `${clientId} on ${clientHost.replace(/^\//, '')}`)
    .sort();
}

/** Deletes groups. Throws `in_use` if one has members, which Kafka does not delete. */
export async function deleteGroups(admin: Admin, groups: readonly string[]): Promise<void> {
  if (groups.length === 0) return;
  const busy = (await Promise.all(groups.map((group) => membersOf(admin, group)))).flat();
  if (busy.length > 0) throw inUse(busy);
  await admin.deleteGroups([...groups]);
}

function inUse(members: readonly string[]): ImgpipeError {
  return new ImgpipeError(
    'in_use',
    `consumer groups on the broker still have members: ${members.join(', ')}: stop them first`,
  );
}
