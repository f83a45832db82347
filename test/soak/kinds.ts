import { pick, seeded } from '../support/random.ts';
import {
  type BrokerRound,
  brokerAway,
  oneOfThreeKilled,
  runWithBrokerAway,
  toldToStopWithBrokerAway,
} from '../support/rounds/broker-rounds.ts';
import { chaos } from '../support/rounds/chaos-round.ts';
import { ROUNDS } from '../support/rounds/fault-rounds.ts';
import {
  analyzerPastItsSession,
  analyzersComeAndGo,
  anotherPipelinesMessages,
  messagesFromBeforeClean,
  sameMessagesTwice,
  toldToStopWhileJoining,
} from '../support/rounds/group-rounds.ts';
import type { BusSettings } from '../support/rounds/site.ts';

/** A kind of round that the soak repeats on Kafka. */
export interface KafkaKind {
  readonly round: BrokerRound;
  readonly nodes: 1 | 3;
  /** What the stages are told of their bus, over what the seed says. */
  readonly bus?: BusSettings;
}

/** Long enough for whoever waits with growing pauses to have come to the longest. */
const LONG_MS = 20_000;
const REPLICATED: BusSettings = { IMGPIPE_KAFKA_REPLICATION: '3' };
const IMPATIENT: BusSettings = { IMGPIPE_KAFKA_REQUEST_TIMEOUT: '2s' };
/** Whoever is started while the broker is away waits for it. */
const WAITING: BusSettings = { ...IMPATIENT, IMGPIPE_WAIT: 'true' };

const alone = (round: BrokerRound, bus?: BusSettings): KafkaKind => ({ round, nodes: 1, ...(bus && { bus }) });

/** Every kind of round on Kafka, by name. */
export const KAFKA_KINDS: Readonly<Record<string, KafkaKind>> = {
  ...Object.fromEntries(Object.entries(ROUNDS).map(([name, round]) => [name, alone(round)])),
  brokerStopped: alone(brokerAway('stop')),
  brokerStoppedForLong: alone(brokerAway('stop', LONG_MS)),
  brokerKilled: alone(brokerAway('kill')),
  brokerKilledForLong: alone(brokerAway('kill', LONG_MS)),
  brokerFrozen: alone(brokerAway('freeze'), IMPATIENT),
  brokerFrozenForLong: alone(brokerAway('freeze', LONG_MS), IMPATIENT),
  runWithBrokerStopped: alone(runWithBrokerAway('stop')),
  runWithBrokerKilled: alone(runWithBrokerAway('kill')),
  runWithBrokerFrozen: alone(runWithBrokerAway('freeze'), IMPATIENT),
  toldToStopAsBrokerGoes: alone(toldToStopWithBrokerAway('kill', 'unknown')),
  toldToStopWithBrokerAway: alone(toldToStopWithBrokerAway('stop', 'known')),
  toldToStopAsBrokerFreezes: alone(toldToStopWithBrokerAway('freeze', 'unknown')),
  toldToStopWithBrokerFrozen: alone(toldToStopWithBrokerAway('freeze', 'known'), IMPATIENT),
  analyzersComeAndGo: alone(analyzersComeAndGo),
  analyzerPastItsSession: alone(analyzerPastItsSession),
  sameMessagesTwice: alone(sameMessagesTwice),
  anotherPipelinesMessages: alone(anotherPipelinesMessages),
  messagesFromBeforeClean: alone(messagesFromBeforeClean),
  toldToStopWhileJoining: alone(toldToStopWhileJoining, { IMGPIPE_KAFKA_SESSION_TIMEOUT: '20s' }),
  chaos: alone(chaos, WAITING),
  oneOfThreeKilled: { round: oneOfThreeKilled, nodes: 3, bus: REPLICATED },
  chaosOnThree: { round: chaos, nodes: 3, bus: { ...REPLICATED, ...WAITING } },
};

/** How a seed has the bus set: with few partitions or many, and with members that are given up sooner or later. */
export function settingsOf(seed: number): BusSettings {
  const random = seeded(seed);
  return {
    IMGPIPE_KAFKA_PARTITIONS: pick(random, ['1', '3', '6']),
    IMGPIPE_KAFKA_SESSION_TIMEOUT: pick(random, ['1s', '3s']),
  };
}
