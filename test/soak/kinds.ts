import { pick, seeded } from '../support/random.ts';
import {
  type BrokerRound,
  brokerOutage,
  oneOfThreeKilled,
  runWithOutage,
  stopDuringOutage,
} from '../support/rounds/broker-rounds.ts';
import { chaos } from '../support/rounds/chaos-round.ts';
import { ROUNDS, type Round } from '../support/rounds/fault-rounds.ts';
import {
  analyzerPastSessionTimeout,
  analyzersComeAndGo,
  duplicateMessages,
  foreignMessages,
  messagesFromBeforeClean,
  stopWhileJoining,
} from '../support/rounds/group-rounds.ts';
import { DISASTERS, type Disaster, whileRunning, whileStopped } from '../support/rounds/heal-rounds.ts';
import type { BusSettings } from '../support/rounds/site.ts';

/** A kind of round for the soak test: without a cluster, or on one. */
export type Kind = { readonly round: Round; readonly nodes: 0 } | KafkaKind;

interface KafkaKind {
  readonly round: BrokerRound;
  readonly nodes: 1 | 3;
  /** Overrides of the bus settings that the seed chooses. */
  readonly bus?: BusSettings;
  /** Whether the round leaves the cluster as no other round expects it. */
  readonly spoilsCluster?: boolean;
}

/** Long enough for a backoff to reach its maximum. */
const LONG_MS = 20_000;
const REPLICATED: BusSettings = { IMGPIPE_KAFKA_REPLICATION: '3' };
const SHORT_TIMEOUT: BusSettings = { IMGPIPE_KAFKA_REQUEST_TIMEOUT: '2s' };
/** A stage that starts during an outage waits for the broker. */
const WAITING: BusSettings = { ...SHORT_TIMEOUT, IMGPIPE_WAIT: 'true' };

const single = (round: BrokerRound, bus?: BusSettings): KafkaKind => ({ round, nodes: 1, ...(bus && { bus }) });

/** What can happen while stages run. */
const { topicsDeleted, brokerWiped, brokerReplaced, brokerRestored, messagesDeleted } = DISASTERS;
const { retentionTime, retentionBytes, compacted } = DISASTERS;
/** No stage starts on a compacted topic, so that none that was killed can be started again. */
const WHILE_RESTARTED = {
  topicsDeleted,
  brokerWiped,
  brokerReplaced,
  brokerRestored,
  messagesDeleted,
  retentionTime,
  retentionBytes,
};
const WHILE_RUNNING = { ...WHILE_RESTARTED, compacted };

function healed(
  when: string,
  disasters: Readonly<Record<string, Disaster>>,
  round: (disaster: Disaster) => BrokerRound,
): Record<string, KafkaKind> {
  const kinds = Object.entries(disasters).map(([name, disaster]) => {
    return [name + when, { ...single(round(disaster), SHORT_TIMEOUT), spoilsCluster: true }] as const;
  });
  return Object.fromEntries(kinds);
}

/** Every kind of round on Kafka, by name. */
export const KAFKA_KINDS: Readonly<Record<string, KafkaKind>> = {
  ...Object.fromEntries(Object.entries(ROUNDS).map(([name, round]) => [name, single(round)])),
  brokerStopped: single(brokerOutage('stop')),
  brokerStoppedForLong: single(brokerOutage('stop', LONG_MS)),
  brokerKilled: single(brokerOutage('kill')),
  brokerKilledForLong: single(brokerOutage('kill', LONG_MS)),
  brokerFrozen: single(brokerOutage('freeze'), SHORT_TIMEOUT),
  brokerFrozenForLong: single(brokerOutage('freeze', LONG_MS), SHORT_TIMEOUT),
  runWithBrokerStopped: single(runWithOutage('stop')),
  runWithBrokerKilled: single(runWithOutage('kill')),
  runWithBrokerFrozen: single(runWithOutage('freeze'), SHORT_TIMEOUT),
  stopAsBrokerIsKilled: single(stopDuringOutage('kill', 'unknown')),
  stopWhileBrokerIsStopped: single(stopDuringOutage('stop', 'known')),
  stopAsBrokerFreezes: single(stopDuringOutage('freeze', 'unknown')),
  stopWhileBrokerIsFrozen: single(stopDuringOutage('freeze', 'known'), SHORT_TIMEOUT),
  analyzersComeAndGo: single(analyzersComeAndGo),
  analyzerPastSessionTimeout: single(analyzerPastSessionTimeout),
  duplicateMessages: single(duplicateMessages),
  foreignMessages: single(foreignMessages),
  messagesFromBeforeClean: single(messagesFromBeforeClean),
  stopWhileJoining: single(stopWhileJoining, { IMGPIPE_KAFKA_SESSION_TIMEOUT: '20s' }),
  chaos: single(chaos, WAITING),
  oneOfThreeKilled: { round: oneOfThreeKilled, nodes: 3, bus: REPLICATED },
  ...healed('WhileRunning', WHILE_RUNNING, whileRunning),
  ...healed('AndStageKilled', WHILE_RESTARTED, (disaster) => whileRunning(disaster, { kill: true })),
  ...healed('WhileStopped', DISASTERS, whileStopped),
  chaosOnThree: { round: chaos, nodes: 3, bus: { ...REPLICATED, ...WAITING } },
};

/** The bus settings that a seed chooses: the number of partitions and the session timeout. */
export function settingsOf(seed: number): BusSettings {
  const random = seeded(seed);
  return {
    IMGPIPE_KAFKA_PARTITIONS: pick(random, ['1', '3', '6']),
    IMGPIPE_KAFKA_SESSION_TIMEOUT: pick(random, ['1s', '3s']),
  };
}
