import { Partitioners } from 'kafkajs';

const partitionFor = Partitioners.DefaultPartitioner();

/** The partition of a stream's messages. */
export function partitionOf(stream: string, partitions: number): number {
  const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
    partitionId,
    leader: 0,
    partitionErrorCode: 0,
    replicas: [],
    isr: [],
  }));
  return partitionFor({ topic: '', partitionMetadata, message: { key: stream, value: null } });
}
