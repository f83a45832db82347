import { expect, it } from 'vitest';
import { partitionOf } from '../../bench/partition-of.ts';
import { PARTITIONS, spreadStreams } from '../../bench/spread-streams.ts';

it('the streams of the scale table are spread evenly over the partitions', () => {
  const partitions = spreadStreams(2).map((stream) => partitionOf(stream, PARTITIONS));
  expect(partitions.sort()).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]);
});
