/** How to reach and use a cluster. Times are in milliseconds; certificates are PEM texts. */
export interface KafkaOptions {
  /** The bootstrap brokers, each `host:port`. */
  readonly hosts: readonly string[];
  /** Prefix of the names of topics and groups. */
  readonly prefix: string;
  /** The settings of new topics. */
  readonly partitions: number;
  readonly replication: number;
  readonly retention: number | 'forever';
  /** Names this program in the broker's logs and in `members`. */
  readonly clientId: string;
  readonly connectTimeout: number;
  readonly requestTimeout: number;
  /** How long the broker may be silent when the bus is opened, and in reads of its state. */
  readonly brokerTimeout: number;
  /** The group removes a member that sends no heartbeat for this long. */
  readonly sessionTimeout: number;
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string } | undefined;
  readonly sasl?:
    | {
        readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
        readonly username: string;
        readonly password: string;
      }
    | undefined;
}

/** The address in messages: `kafka://host:port[,host:port…]`. */
export function addressOf({ hosts }: Pick<KafkaOptions, 'hosts'>): string {
  return `kafka://${hosts.join(',')}`;
}
