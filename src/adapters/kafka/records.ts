import { isUtf8 } from 'node:buffer';
import type { IHeaders, KafkaMessage, Message as KafkaRecord } from 'kafkajs';
import type { Message } from '../../domain/messages.ts';
import type { ReceivedMessage } from '../../ports/event-bus.ts';

/** A message as a Kafka record. */
export function recordOf(message: Message, partition: number): KafkaRecord {
  const value = message.bytes === undefined ? message.value : Buffer.from(message.bytes);
  return { key: message.key, value, headers: { ...message.headers }, partition };
}

/** A Kafka record as a message. Accepts records of other producers: missing parts become empty, and bytes are decoded as UTF-8. */
export function messageOf(
  { key, value, headers, offset }: Pick<KafkaMessage, 'key' | 'value' | 'headers' | 'offset'>,
  position: Omit<ReceivedMessage['position'], 'offset'>,
): ReceivedMessage {
  return {
    key: key?.toString() ?? '',
    headers: headersOf(headers ?? {}),
    value: value?.toString() ?? '',
    ...(value && !isUtf8(value) && { bytes: value }),
    position: { ...position, offset: Number(offset) },
  };
}

function headersOf(headers: IHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => {
      const first = Array.isArray(value) ? value[0] : value;
      return first === undefined ? [] : [[name, first.toString()]];
    }),
  );
}
