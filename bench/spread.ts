import { partitionOf } from './partition-of.ts';

/**
 * The distribution of streams camera-1, camera-2 … over partitions: `npx tsx bench/spread.ts <streams> <partitions>`.
 */
const [streams = Number.NaN, partitions = Number.NaN] = process.argv.slice(2).map(Number);
const counts = new Array<number>(partitions).fill(0);
for (let number = 1; number <= streams; number += 1) {
  const partition = partitionOf(`camera-${number}`, partitions);
  counts[partition] = (counts[partition] ?? 0) + 1;
}
const empty = counts.filter((count) => count === 0).length;
process.stdout.write(
  `${streams} streams on ${partitions} partitions: the fullest has ${Math.max(...counts)}, ${empty} are empty\n`,
);
