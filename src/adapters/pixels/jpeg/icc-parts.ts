import { startsWith } from './segments.ts';

/** The parts of an ICC profile, which is spread over APP2 segments (ICC.1, B.4). Profiles are not applied. */
export interface IccParts {
  /** Adds an APP2 segment, of whatever kind. */
  add(body: Uint8Array): void;
  /** What is wrong with the numbers of the parts. */
  problem(): string | undefined;
}

const NAME = 'ICC_PROFILE\0';

export function createIccParts(): IccParts {
  const numbers = new Set<number>();
  let total: number | undefined;
  let problem: string | undefined;
  return {
    add(body) {
      if (body.length < NAME.length + 2 || !startsWith(body, NAME)) return;
      const [number = 0, count = 0] = body.subarray(NAME.length);
      total ??= count;
      if (number === 0 || number > count || count !== total || numbers.has(number)) {
        problem ??= `its ICC profile is broken: part ${number} of ${count}`;
      }
      numbers.add(number);
    },
    problem() {
      if (problem !== undefined || total === undefined || numbers.size === total) return problem;
      return `its ICC profile is broken: it has ${numbers.size} of ${total} parts`;
    },
  };
}
