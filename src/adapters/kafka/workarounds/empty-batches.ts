import Fetch, { type FetchedPartition } from 'kafkajs/src/protocol/requests/fetch/index.js';
import { patchOnce } from './patch-once.ts';

/** The version that kafkajs uses with Kafka 2.3 and later. */
const VERSION = 11;
/** Sizes and places in bytes, as Kafka's protocol defines them. */
const RESPONSE_HEADER = 10;
const PARTITION_HEADER = 30;
const ABORTED_TRANSACTION = 16;
const BATCH_HEADER = 61;
const BATCH_PREFIX = 12;

/**
 * Defect of kafkajs 2.2.4: compaction keeps the last batch of each producer, without its records. A fetch ends with its
 * segment, and where it finds only such batches, kafkajs takes them for no data and fetches the same offset forever. The
 * patch puts a control record, which consumers skip, at the last offset of these batches.
 */
export function patchEmptyBatches(): void {
  patchOnce(Fetch, ({ protocol }) => ({
    protocol(options) {
      const create = protocol.call(this, options);
      if (options.version !== VERSION) return create;
      return (request) => {
        const { response, ...rest } = create(request);
        const decode = async (raw: Buffer) => {
          const decoded = await response.decode(raw);
          const partitions = decoded.responses.flatMap((each) => each.partitions);
          if (partitions.some(({ messages }) => messages.length === 0)) skipEmptyBatches(partitions, raw);
          return decoded;
        };
        return { ...rest, response: { ...response, decode } };
      };
    },
  }));
}

function skipEmptyBatches(partitions: readonly FetchedPartition[], raw: Buffer): void {
  for (const [index, records] of [...recordSets(raw)].entries()) {
    const messages = partitions[index]?.messages;
    const last = lastOffset(records);
    if (messages?.length !== 0 || last === undefined) continue;
    messages.push({
      offset: String(last),
      isControlRecord: true,
      key: null,
      value: null,
      batchContext: { producerId: '-1', inTransaction: false },
    });
  }
}

/** The batches of each partition of a response. */
function* recordSets(raw: Buffer): Generator<Buffer> {
  let at = RESPONSE_HEADER;
  const int32 = () => {
    at += 4;
    return raw.readInt32BE(at - 4);
  };
  for (let topics = int32(); topics > 0; topics -= 1) {
    at += 2 + raw.readInt16BE(at);
    for (let partitions = int32(); partitions > 0; partitions -= 1) {
      at += PARTITION_HEADER;
      const aborted = Math.max(0, int32());
      at += ABORTED_TRANSACTION * aborted;
      // The preferred read replica.
      int32();
      const size = Math.max(0, int32());
      yield raw.subarray(at, at + size);
      at += size;
    }
  }
}

/** The last offset of the complete batches; undefined without any. */
function lastOffset(records: Buffer): bigint | undefined {
  let last: bigint | undefined;
  for (let at = 0; at + BATCH_HEADER <= records.length; ) {
    const end = at + BATCH_PREFIX + records.readInt32BE(at + 8);
    if (end < at + BATCH_HEADER || end > records.length) break;
    last = records.readBigInt64BE(at) + BigInt(records.readInt32BE(at + 23));
    at = end;
  }
  return last;
}
