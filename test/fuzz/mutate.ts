import { pick } from '../support/random.ts';

type Mutation = (bytes: Buffer, other: Buffer, random: () => number) => Buffer;

/** Values at which decoders have their limits. */
const EDGES = [0, 1, 7, 8, 15, 16, 63, 64, 127, 128, 254, 255];
const MAX_CHANGES = 5;

const below = (random: () => number, limit: number) => Math.floor(random() * limit);

/** Two places of a file, in order, at most so far apart. */
function part(bytes: Buffer, random: () => number, longest = 400): [number, number] {
  const from = below(random, bytes.length + 1);
  return [from, Math.min(bytes.length, from + 1 + below(random, longest))];
}

function withByte(bytes: Buffer, value: (before: number) => number, random: () => number): Buffer {
  const changed = Buffer.from(bytes);
  // Headers decide the most.
  const at = below(random, random() < 0.5 ? Math.min(700, changed.length) : changed.length);
  if (changed.length > 0) changed[at] = value(changed[at] as number);
  return changed;
}

const MUTATIONS: readonly Mutation[] = [
  (bytes, _, random) => withByte(bytes, (before) => before ^ (1 << below(random, 8)), random),
  (bytes, _, random) => withByte(bytes, () => pick(random, EDGES), random),
  (bytes, _, random) => withByte(bytes, () => below(random, 256), random),
  (bytes, _, random) => bytes.subarray(0, below(random, bytes.length + 1)),
  (bytes, _, random) => {
    const [from, to] = part(bytes, random);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  (bytes, _, random) => {
    const [from, to] = part(bytes, random);
    return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
  },
  (bytes, other, random) => {
    const [from, to] = part(other, random);
    const at = below(random, bytes.length + 1);
    return Buffer.concat([bytes.subarray(0, at), other.subarray(from, to), bytes.subarray(at)]);
  },
  (bytes, other, random) => {
    const at = below(random, bytes.length + 1);
    return Buffer.concat([bytes.subarray(0, at), other.subarray(at)]);
  },
];

/** A file with a few changes, some of which take parts of another file. */
export function mutated(bytes: Buffer, other: Buffer, random: () => number): Buffer {
  let changed = bytes;
  for (let change = 0; change <= below(random, MAX_CHANGES); change++) {
    changed = pick(random, MUTATIONS)(changed, other, random);
  }
  return changed;
}
