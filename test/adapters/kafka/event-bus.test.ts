import { randomUUID } from 'node:crypto';
import { describe, onTestFinished } from 'vitest';
import { openKafkaBus } from '../../../src/adapters/kafka/broker.ts';
import type { EventBus } from '../../../src/ports/event-bus.ts';
import { eventBusContract } from '../../contracts/event-bus.ts';
import { kafkaOptions } from '../../support/kafka-options.ts';

describe.skipIf(process.env['TEST_KAFKA'] === undefined).each([1, 6])(
  'the bus on Kafka, with topics of %i partitions',
  (partitions) => {
    eventBusContract(async () => {
      const prefix = `t-${randomUUID()}.`;
      const buses = new Set<EventBus>();
      onTestFinished(async () => {
        const [some] = buses;
        for (const bus of buses) if (bus !== some) await bus.close();
        await some?.clear();
        await some?.close();
      });
      return {
        open: async (as) => {
          const bus = await openKafkaBus(kafkaOptions({ prefix, partitions, clientId: as }), {
            create: true,
            withinMs: 10_000,
          });
          buses.add(bus);
          return { bus, close: () => bus.close() };
        },
      };
    });
  },
);
