const KAFKA = 'kafka://';
const DEFAULT_PORT = 9092;
const HOST = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::(\d{1,5}))?$/i;

/** Nothing but a scheme, hosts, ports and a path. */
const PLAIN =
  /^(?:[a-z0-9+.-]*:\/\/)?(?:\[[0-9a-f:.]*\]|[a-z0-9._-]*)(?::\d*)?(?:,(?:\[[0-9a-f:.]*\]|[a-z0-9._-]*)(?::\d*)?)*(?:\/[a-z0-9._-]*)?$/i;

/** Whether an invalid address can be printed: in any other form, it may contain a password. */
export function isPlainAddress(value: string): boolean {
  return PLAIN.test(value);
}

/** A broker's address in full: `embedded`, or `kafka://host:port[,host:port…]` with every port. */
export function brokerAddress(value: unknown): string {
  if (value === 'embedded') return value;
  const hosts = typeof value === 'string' && value.startsWith(KAFKA) ? value.slice(KAFKA.length).split(',') : [];
  const full = hosts.map((host) => fullHost(host.trim()));
  if (full.length > 0 && !full.includes(undefined)) return KAFKA + full.join(',');
  throw new Error(
    typeof value !== 'string' || isPlainAddress(value)
      ? "'embedded', or a Kafka cluster such as kafka://localhost:9092 or kafka://a:9092,b:9092"
      : 'hosts and ports alone, such as kafka://a:9092,b:9092; the user and the password are kafka_username and kafka_password_file, or IMGPIPE_KAFKA_PASSWORD',
  );
}

/** The hosts, each `host:port`, of a Kafka cluster's address; undefined for the embedded bus. */
export function kafkaHosts(address: string): string[] | undefined {
  return address.startsWith(KAFKA) ? address.slice(KAFKA.length).split(',') : undefined;
}

/** What Kafka allows in a topic's name, short enough that the longest topic name still fits. */
export const TOPIC_PREFIX = /^[a-zA-Z0-9._-]{0,100}$/;

/** The prefix of the names of topics and consumer groups. */
export function topicPrefix(value: unknown): string {
  if (typeof value !== 'string' || !TOPIC_PREFIX.test(value)) {
    throw new Error("up to 100 of a-z, A-Z, 0-9, '.', '_' and '-', such as garden.");
  }
  return value;
}

function fullHost(text: string): string | undefined {
  const [, v6, name, port = DEFAULT_PORT] = HOST.exec(text) ?? [];
  const host = v6 === undefined ? name : `[${v6}]`;
  if (host === undefined || Number(port) < 1 || Number(port) > 65_535) return undefined;
  return `${host}:${Number(port)}`;
}
