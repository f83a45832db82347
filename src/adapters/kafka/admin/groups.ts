import type { Admin } from 'kafkajs';
import { ImgpipeError } from '../../../domain/errors.ts';
import { hasType, translated } from '../errors.ts';

/** The members of a group, each as `client-id on host`. */
export async function membersOf(admin: Admin, group: string): Promise<string[]> {
  const { groups } = await admin.describeGroups([group]);
  return groups
    .flatMap(({ members }) => members)
    .map(({ clientId, clientHost }) => `${clientId} on ${clientHost.replace(/^\//, '')}`)
    .sort();
}

/**
 * Deletes those of the groups that exist. Throws `in_use` if one has members, which Kafka does not delete, before it has
 * deleted any.
 */
export async function deleteGroups(admin: Admin, names: readonly string[], address: string): Promise<void> {
  const busy = (await Promise.all(names.map((group) => membersOf(admin, group)))).flat();
  if (busy.length > 0) throw inUse(busy);
  for (const group of names) {
    try {
      await admin.deleteGroups([group]);
    } catch (error) {
      if (hasType(error, 'NON_EMPTY_GROUP')) throw inUse(await membersOf(admin, group));
      if (!hasType(error, 'GROUP_ID_NOT_FOUND')) throw translated(error, address, { group });
    }
  }
}

function inUse(members: readonly string[]): ImgpipeError {
  return new ImgpipeError(
    'in_use',
    `consumer groups on the broker still have members: ${members.join(', ')}: stop them first`,
  );
}
