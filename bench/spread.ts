import { Partitioners } from 'kafkajs';

/** How streams come to lie on partitions: `npx tsx bench/spread.ts <streams> <partitions>`, the streams being camera-1, camera-2 and so on. */
const [streams = Number.NaN, partitions = Number.NaN] = process.argv.slice(2).map(Number);
const partitionFor = Partitioners.DefaultPartitioner();
const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
  partitionId,
  leader: 0,
  partitionErrorCode: 0,
  replicas: [],
  isr: [],
}));
const counts = new Array<number>(partitions).fill(0);
for (let number = 1; number <= streams; number += 1) {
  const message = { key: `camera-${number}`, value: null };
  const partition = partitionFor({ topic: '', partitionMetadata, message });
  counts[partition] = (counts[partition] ?? 0) + 1;
}
const empty = counts.filter((count) => count === 0).length;
process.stdout.write(
  `${streams} streams on ${partitions} partitions: the fullest has ${Math.max(...counts)}, ${empty} have none\n`,
);
