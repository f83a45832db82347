import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { isMembershipLost } from '../../../../src/adapters/kafka/errors.ts';
import { patchStaleCoordinator } from '../../../../src/adapters/kafka/workarounds/stale-coordinator.ts';

const require = createRequire(import.meta.url);

/** A group member whose heartbeats and commits fail with this error, and the events that it emits. */
function memberOf(error: Error) {
  patchStaleCoordinator();
  const ConsumerGroup = require('kafkajs/src/consumer/consumerGroup.js');
  const emitted: string[] = [];
  const logger = { namespace: () => ({}) };
  const group = new ConsumerGroup({ logger, instrumentationEmitter: { emit: (event: string) => emitted.push(event) } });
  const fail = () => Promise.reject(error);
  Object.assign(group, {
    memberId: 'm',
    lastRequest: 0,
    coordinator: { heartbeat: fail },
    offsetManager: { commitOffsets: fail },
  });
  return { group, emitted };
}

/** The error by which kafkajs and this adapter know that the member must join again. */
const rejoin = { type: 'NOT_COORDINATOR_FOR_GROUP', message: 'connect ECONNREFUSED' };

it.each([
  ['a heartbeat', (group: { heartbeat(options: object): Promise<void> }) => group.heartbeat({ interval: 1 })],
  ['a commit', (group: { commitOffsets(offsets: object): Promise<void> }) => group.commitOffsets({})],
])('%s without a response makes the member look up its coordinator', async (_, request) => {
  const { group, emitted } = memberOf(new Error('connect ECONNREFUSED'));
  const error = await request(group).catch((thrown) => thrown);
  expect(error).toMatchObject(rejoin);
  expect(isMembershipLost(error)).toBe(true);
  expect(emitted).toEqual(['consumer.disconnect']);
});

it('an error response of the coordinator stays as it is', async () => {
  const response = Object.assign(new Error('loading'), { type: 'GROUP_LOAD_IN_PROGRESS' });
  const { group, emitted } = memberOf(response);
  await expect(group.heartbeat({ interval: 1 })).rejects.toBe(response);
  await expect(group.commitOffsets({})).rejects.toBe(response);
  expect(emitted).toEqual([]);
});
