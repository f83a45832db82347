const BLOCK = 8;

/** The size of a JPEG, and the sampling factors of its components. */
export interface Sampled {
  readonly width: number;
  readonly height: number;
  readonly sampling: readonly { readonly h: number; readonly v: number }[];
}

/** The samples of all components, in whole MCUs. A single component has no MCUs (T.81, A.2.2). Invalid factors count as 1. */
export function sampleCount({ width, height, sampling }: Sampled): number {
  const factors = sampling.map(({ h, v }) => (sampling.length === 1 ? [1, 1] : [Math.max(1, h), Math.max(1, v)]));
  const [maxH, maxV] = [0, 1].map((axis) => Math.max(...factors.map((each) => each[axis] ?? 1))) as [number, number];
  const mcus = Math.ceil(width / (BLOCK * maxH)) * Math.ceil(height / (BLOCK * maxV));
  return mcus * BLOCK * BLOCK * factors.reduce((sum, [h = 1, v = 1]) => sum + h * v, 0);
}
