/** What the adapter is told about its cluster. Times are in milliseconds; certificates are PEM texts. */
export interface KafkaOptions {
  /** `host:port` of each broker to begin with. */
  readonly hosts: readonly string[];
  /** Goes before the names of topics and groups. */
  readonly prefix: string;
  /** What a topic gets when it is made. */
  readonly partitions: number;
  readonly replication: number;
  readonly retention: number | 'forever';
  /** How the broker's logs and `members` know this program. */
  readonly clientId: string;
  readonly connectTimeout: number;
  readonly requestTimeout: number;
  /** After how long without a sign of life a consumer counts as gone. */
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

/** For people: `kafka://host:port[,host:port…]`. */
export function addressOf({ hosts }: Pick<KafkaOptions, 'hosts'>): string {
  return `kafka://${hosts.join(',')}`;
}
