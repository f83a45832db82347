import type { Consumer } from 'kafkajs';
import type { ConsumerNotice } from '../../ports/event-bus.ts';

/** A consumer that is not in its group by then tells so. */
const TOLD_AFTER_MS = 2000;

export interface Membership {
  /** The topic's name on the broker, and how many partitions it has. */
  readonly topic: string;
  readonly partitions: number;
  readonly sessionTimeout: number;
  readonly onNotice?: ((notice: ConsumerNotice) => void) | undefined;
}

/** Tells how a consumer stands with its group, until it is closed. To be put on before the consumer runs. */
export function tellMembership(consumer: Consumer, { topic, partitions, sessionTimeout, onNotice }: Membership) {
  let timer: NodeJS.Timeout | undefined;

  function waitForGroup(): void {
    clearTimeout(timer);
    timer = setTimeout(() => onNotice?.({ kind: 'joining', givesUpAfterMs: sessionTimeout }), TOLD_AFTER_MS);
  }

  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    clearTimeout(timer);
    const mine = [...(payload.memberAssignment[topic] ?? [])].sort((a, b) => a - b);
    if (mine.length === 0) onNotice?.({ kind: 'standing_by' });
    else onNotice?.({ kind: 'working', share: { partitions: mine, of: partitions } });
  });
  consumer.on(consumer.events.REBALANCING, () => {
    onNotice?.({ kind: 'rebalancing' });
    waitForGroup();
  });
  waitForGroup();
  return { close: () => clearTimeout(timer) };
}
