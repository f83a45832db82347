import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createMemoryBus } from '../../src/adapters/memory/event-bus.ts';
import { imageReceivedMessage, type Message } from '../../src/domain/messages.ts';
import { refuseOtherPipelines, usesTopics } from '../../src/operations/other-pipelines.ts';
import { imageRecord } from '../support/samples.ts';

const OURS = { pipelineId: randomUUID(), formerIds: [randomUUID(), randomUUID()] };
const OTHER = randomUUID();

function messageOf(pipelineId: string): Message {
  return imageReceivedMessage(pipelineId, imageRecord());
}

/** A message with one header replaced. */
function withHeader(message: Message, name: string, value: string): Message {
  return { ...message, headers: { ...message.headers, [name]: value } };
}

describe('the topics of a pipeline', () => {
  it('may be empty', async () => {
    expect(await usesTopics(createMemoryBus(), OURS)).toBe(false);
  });

  it('may have messages of the pipeline, and of it before a clean', async () => {
    for (const id of [OURS.pipelineId, ...OURS.formerIds]) {
      const bus = createMemoryBus();
      await bus.publish('image_event_alert_dead', [messageOf(id)]);
      expect(await usesTopics(bus, OURS)).toBe(true);
    }
  });

  it('are refused if another pipeline publishes on one of them, with both ids and the topic', async () => {
    const bus = createMemoryBus();
    await bus.publish('image_analysis', [messageOf(OURS.pipelineId)]);
    await bus.publish('image_event_alert', [messageOf(OTHER), messageOf(OURS.pipelineId)]);
    await expect(refuseOtherPipelines(bus, OURS)).rejects.toMatchObject({
      code: 'prefix_in_use',
      exit: 2,
      message: expect.stringMatching(
        `^topic_prefix: topic image_event_alert on memory is used by pipeline ${OTHER}, and this is pipeline ${OURS.pipelineId}: .*--topic-prefix`,
      ),
    });
  });

  it.each([
    ['no message of a pipeline', { key: '', headers: {}, value: 'poison' }],
    ['of another type', withHeader(messageOf(OTHER), 'ce_type', 'com.example.order.v1')],
    ['of another version', withHeader(messageOf(OTHER), 'ce_specversion', '0.3')],
    ['without a UUID', withHeader(messageOf(OTHER), 'ce_source', 'urn:uuid:me')],
    ['with a source of another kind', withHeader(messageOf(OTHER), 'ce_source', 'https://example.com')],
  ])('may have messages that are %s', async (_, message) => {
    const bus = createMemoryBus();
    await bus.publish('image_analysis', [message]);
    expect(await usesTopics(bus, OURS)).toBe(false);
  });
});
