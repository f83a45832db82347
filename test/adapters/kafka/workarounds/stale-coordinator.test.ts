import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { isMembershipLost } from '../../../../src/adapters/kafka/errors.ts';
import { followCoordinator } from '../../../../src/adapters/kafka/workarounds/stale-coordinator.ts';

const require = createRequire(import.meta.url);

/** A consumer's place in its group, whose coordinator answers both heartbeats and commits with this error; and what it has told. */
function memberOf(error: Error) {
  followCoordinator();
  const ConsumerGroup = require('kafkajs/src/consumer/consumerGroup.js');
  const told: string[] = [];
  const logger = { namespace: () => ({}) };
  const group = new ConsumerGroup({ logger, instrumentationEmitter: { emit: (event: string) => told.push(event) } });
  const answer = () => Promise.reject(error);
  Object.assign(group, {
    memberId: 'm',
    lastRequest: 0,
    coordinator: { heartbeat: answer },
    offsetManager: { commitOffsets: answer },
  });
  return { group, told };
}

/** What kafkajs, and we, take for the call to join again. */
const joinsAgain = { type: 'NOT_COORDINATOR_FOR_GROUP', message: 'connect ECONNREFUSED' };

it.each([
  ['a heartbeat', (group: { heartbeat(options: object): Promise<void> }) => group.heartbeat({ interval: 1 })],
  ['a commit', (group: { commitOffsets(offsets: object): Promise<void> }) => group.commitOffsets({})],
])('%s that the coordinator does not answer has the member look for the coordinator', async (_, ask) => {
  const { group, told } = memberOf(new Error('connect ECONNREFUSED'));
  const error = await ask(group).catch((thrown) => thrown);
  expect(error).toMatchObject(joinsAgain);
  expect(isMembershipLost(error)).toBe(true);
  expect(told).toEqual(['consumer.disconnect']);
});

it('what the coordinator answers comes out as it is', async () => {
  const answer = Object.assign(new Error('loading'), { type: 'GROUP_LOAD_IN_PROGRESS' });
  const { group, told } = memberOf(answer);
  await expect(group.heartbeat({ interval: 1 })).rejects.toBe(answer);
  await expect(group.commitOffsets({})).rejects.toBe(answer);
  expect(told).toEqual([]);
});
