/** A named, versioned comparison. */
export interface Technique {
  /** What people type: `l2`. */
  readonly name: string;
  /** What is kept with each outcome: `l2@1`. */
  readonly id: string;
  readonly defaultThreshold: number;
  /** What the measurement and the threshold are counted in. */
  readonly unit: string;
}

/** `l2@1`: the Euclidean norm of the signed difference over all pixels and channels; an event where it is above the threshold. */
export const L2: Technique = { name: 'l2', id: 'l2@1', defaultThreshold: 0, unit: 'levels' };

export const TECHNIQUES: readonly Technique[] = [L2];
