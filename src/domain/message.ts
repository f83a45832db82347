/** A message on a bus: a CloudEvent 1.0 in binary mode, with `ce_*` headers and JSON data. */
export interface Message {
  /** The stream: messages with one key keep their order. */
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: string;
  /** The raw value if it is not valid UTF-8; `value` is then its lossy decoding. Our own messages never have it. */
  readonly bytes?: Uint8Array;
}
