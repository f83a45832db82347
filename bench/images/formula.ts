import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface FormulaAnswer {
  /** Of each round. */
  readonly ms: readonly number[];
  readonly norm: number;
  /** The difference image's digest, where there is one. */
  readonly sha256: string;
}

/** The reference's formula in a Python that stays: what is timed is the work, not the start. */
export interface Formula {
  time(asked: { reference: string; image: string; out: string; rounds: number }): Promise<FormulaAnswer>;
  close(): void;
}

const PROGRAM = fileURLToPath(new URL('formula.py', import.meta.url));

/** Undefined where this Python has not both Pillow and NumPy. */
export function startFormula(python: string): Formula | undefined {
  if (spawnSync(python, ['-c', 'import PIL, numpy']).status !== 0) return undefined;
  const child: ChildProcessWithoutNullStreams = spawn(python, [PROGRAM]);
  child.stderr.pipe(process.stderr);
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    async time(asked) {
      child.stdin.write(`${JSON.stringify(asked)}\n`);
      const { value, done } = await lines.next();
      if (done === true) throw new Error('the reference’s formula has ended before its time');
      return JSON.parse(value) as FormulaAnswer;
    },
    close: () => child.stdin.end(),
  };
}
