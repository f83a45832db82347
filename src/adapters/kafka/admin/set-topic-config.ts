import type { KafkaOptions } from '../options.ts';

/** The command line of Kafka's own tool that sets a configuration of a topic, such as `cleanup.policy=delete`. */
export function setTopicConfig({ hosts }: Pick<KafkaOptions, 'hosts'>, topic: string, setting: string): string {
  return `kafka-configs.sh --bootstrap-server ${hosts.join(',')} --alter --entity-type topics --entity-name ${topic} --add-config ${setting}`;
}
