import type { Fault } from './audit-report.ts';

/** How many faults are listed; all of them are counted. */
const MAX_NAMED = 1000;

export interface FaultList {
  add(fault: Fault): void;
  count(): number;
  /** The first ones. */
  first(): readonly Fault[];
}

/** Memory is bounded, whatever the number of faults. */
export function createFaultList(): FaultList {
  const first: Fault[] = [];
  let count = 0;
  return {
    add(fault) {
      count += 1;
      if (first.length < MAX_NAMED) first.push(fault);
    },
    count: () => count,
    first: () => first,
  };
}
