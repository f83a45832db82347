import { BRANCH, instrumented, MODULE } from './instrument.ts';

/** Which branches of the kernels are taken, and which verdicts there are. */
export interface Coverage {
  /** Starts a file. */
  begin(): void;
  /** Whether the file took a branch, or took it about as often, or had a verdict, as none before. */
  end(verdict: string): boolean;
  branches(): number;
  verdicts(): number;
}

/** Branches of all kernels, by hash: the branch before, the branch, and its direction. */
const SLOTS = 2 ** 16;

/** Has every kernel that is compiled from now on tell its branches. */
export function createCoverage(): Coverage {
  const taken = new Uint32Array(SLOTS);
  /** Of each slot, the numbers of times it was taken by one file: a bit for each power of two. */
  const seen = new Uint32Array(SLOTS);
  const verdicts = new Set<string>();
  let branches = 0;
  let before = 0;

  const branch = (number: number, condition: number): number => {
    const at = Math.imul(number * 2 + (condition === 0 ? 0 : 1) + 1, 0x9e3779b1) >>> 16;
    const slot = at ^ before;
    taken[slot] = (taken[slot] as number) + 1;
    before = at >> 1;
    return condition;
  };

  const { Module, Instance } = WebAssembly;
  class ToldModule extends Module {
    constructor(code: Uint8Array) {
      super(instrumented(code));
    }
  }
  class ToldInstance extends Instance {
    constructor(module: object, imports: object) {
      super(module, { ...imports, [MODULE]: { [BRANCH]: branch } });
    }
  }
  Object.assign(WebAssembly, { Module: ToldModule, Instance: ToldInstance });

  return {
    begin() {
      taken.fill(0);
      before = 0;
    },
    end(verdict) {
      let isNew = !verdicts.has(verdict);
      verdicts.add(verdict);
      for (let slot = 0; slot < SLOTS; slot++) {
        const times = taken[slot] as number;
        if (times === 0) continue;
        const bit = 1 << (31 - Math.clz32(times));
        const known = seen[slot] as number;
        if ((known & bit) !== 0) continue;
        if (known === 0) branches++;
        seen[slot] = known | bit;
        isNew = true;
      }
      return isNew;
    },
    branches: () => branches,
    verdicts: () => verdicts.size,
  };
}
