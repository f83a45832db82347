import { below, type Random } from '../random.ts';

/** A scan: the indices of its components, the band of its coefficients, and the successive approximation's bit positions. */
export interface ScanDescription {
  readonly components: readonly number[];
  readonly first: number;
  readonly last: number;
  readonly high: number;
  readonly low: number;
}

/** The scans of a sequential file: one of all components, or several. */
export function sequentialScript(random: Random, count: number): ScanDescription[] {
  const groups = below(random, 2) === 0 ? [indices(count)] : cut(random, indices(count), count);
  return shuffled(random, groups).map((components) => ({ components, first: 0, last: 63, high: 0, low: 0 }));
}

/** The scans of a progressive file: each component's bands and bits, in a random order that is valid. */
export function progressiveScript(random: Random, count: number, precision: number): ScanDescription[] {
  const dcLow = below(random, precision === 12 ? 4 : 3);
  const dc = (high: number, low: number) =>
    (below(random, 3) > 0 ? [indices(count)] : cut(random, indices(count), count)).map((components) =>
      scan(components, 0, 0, high, low),
    );
  const refinements = Array.from({ length: dcLow }, (_, done) => dc(dcLow - done, dcLow - done - 1));
  const bands = shuffled(
    random,
    indices(count).flatMap((index) => bandsOf(random, index, precision)),
  );
  return [...dc(0, dcLow), ...merged(random, [refinements.flat(), ...bands])];
}

/** The scans of each band of a component, in their order. */
function bandsOf(random: Random, index: number, precision: number): ScanDescription[][] {
  const edges = [1, 64, ...(below(random, 2) === 0 ? [2 + below(random, 60)] : [])].sort((a, b) => a - b);
  return edges.slice(1).map((end, position) => {
    const first = edges[position] ?? 1;
    const low = below(random, precision === 12 ? 4 : 3);
    const refinements = Array.from({ length: low }, (_, done) =>
      scan([index], first, end - 1, low - done, low - done - 1),
    );
    return [scan([index], first, end - 1, 0, low), ...refinements];
  });
}

function scan(components: readonly number[], first: number, last: number, high: number, low: number): ScanDescription {
  return { components, first, last, high, low };
}

function indices(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

/** Cuts a list into at least two pieces if it has as many, and at most `pieces`. */
function cut(random: Random, list: readonly number[], pieces: number): number[][] {
  const result: number[][] = [[]];
  for (const [position, each] of list.entries()) {
    if (position > 0 && result.length < pieces && (below(random, 2) === 0 || position === list.length - 1))
      result.push([]);
    result.at(-1)?.push(each);
  }
  return result;
}

function shuffled<T>(random: Random, list: readonly T[]): T[] {
  const rest = [...list];
  return list.map(() => rest.splice(below(random, rest.length), 1)[0] as T);
}

/** Merges lists, of which each keeps its order. */
function merged<T>(random: Random, lists: readonly (readonly T[])[]): T[] {
  const rest = lists.map((list) => [...list]).filter((list) => list.length > 0);
  const result: T[] = [];
  while (rest.length > 0) {
    const at = below(random, rest.length);
    const [next] = rest[at]?.splice(0, 1) ?? [];
    if (next !== undefined) result.push(next);
    if (rest[at]?.length === 0) rest.splice(at, 1);
  }
  return result;
}
